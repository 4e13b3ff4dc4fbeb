//! What happens by itself when time passes.

use super::billing::life;
use super::checkout;
use super::objects::Fields;
use super::payment::refund_progress;
use super::world::World;

/// Something that becomes due.
enum Due {
    SessionExpires(String),
    Billing(life::Due),
    RefundEnds(String),
}

/// Does everything that is due until `now`, in the order of time.
pub(crate) fn run_until(world: &mut World, now: i64) {
    while let Some((at, due)) = next(world).filter(|(at, _)| *at <= now) {
        world.now = world.now.max(at);
        match due {
            Due::SessionExpires(session) => checkout::expire(world, &session),
            Due::Billing(due) => life::run(world, &due),
            Due::RefundEnds(refund) => refund_progress::end(world, &refund),
        }
    }
}

/// Whether there is something to do at `now`.
pub(crate) fn is_due(world: &World, now: i64) -> bool {
    next(world).is_some_and(|(at, _)| at <= now)
}

fn next(world: &World) -> Option<(i64, Due)> {
    let sessions = world
        .objects
        .newest_first("checkout.session")
        .filter(|session| session.text("status") == "open")
        .map(|session| (session.int("expires_at"), Due::SessionExpires(session.text("id").to_owned())));
    let billing = life::next(world).map(|(at, due)| (at, Due::Billing(due)));
    let refunds = world.refund_outcomes.iter().map(|(id, (at, _))| (*at, Due::RefundEnds(id.clone())));
    sessions.chain(billing).chain(refunds).min_by_key(|(at, _)| *at)
}
