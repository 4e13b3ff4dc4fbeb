//! The commands, a file for each.

mod database;
mod dlq;
mod event;
mod export;
mod grant;
mod import;
mod lookup;
mod outbox;
mod parked;
mod payments;
mod person;
mod portal;
mod preorders;
pub mod reconcile;
mod subscriptions;
mod tiers;
mod users;
mod webhook;

use crate::{
    arguments::{Arguments, Command, Dlq, Event, Outbox, Parked, Person, Portal, Users, Webhook},
    console::{Done, Failure},
    schema,
    tools::Tools,
};

/// Runs the command that the command line names.
pub async fn run(tools: &Tools, Arguments { apply, command }: Arguments) -> Result<Done, Failure> {
    if !matches!(command, Command::Webhook(_) | Command::Portal(_) | Command::Database(_)) {
        schema::check(&tools.database()?).await?;
    }
    match command {
        Command::Webhook(Webhook::Register { url, store }) => {
            webhook::register(tools, &url, store.as_deref(), apply).await
        }
        Command::Portal(Portal::Register) => portal::register(tools, apply).await,
        Command::Parked(Parked::List(limit)) => parked::list(tools, limit).await,
        Command::Parked(Parked::Requeue { events, all: _ }) => parked::requeue(tools, events, apply).await,
        Command::Parked(Parked::Dismiss { events, reason }) => parked::dismiss(tools, &events, &reason, apply).await,
        Command::Outbox(Outbox::List { state, limit }) => outbox::list(tools, state, limit).await,
        Command::Outbox(Outbox::Requeue { rows, all: _, state }) => outbox::requeue(tools, rows, state, apply).await,
        Command::Outbox(Outbox::Edit { rows, correction }) => outbox::edit(tools, &rows, &correction, apply).await,
        Command::Dlq(Dlq::List(limit)) => dlq::list(tools, limit).await,
        Command::Dlq(Dlq::Redrive { discard_unreadable }) => dlq::redrive(tools, discard_unreadable, apply).await,
        Command::Event(Event::Replay { event, force }) => event::replay(tools, &event, force, apply).await,
        Command::Event(Event::Adopt { event, adopter }) => event::adopt(tools, &event, &adopter, apply).await,
        Command::Preorders(preorders) => preorders::run(tools, preorders, apply).await,
        Command::Payments(payments) => payments::run(tools, payments, apply).await,
        Command::Subscriptions(subscriptions) => subscriptions::run(tools, subscriptions, apply).await,
        Command::Database(database) => database::run(tools, database, apply).await,
        Command::Grant(grant) => grant::run(tools, &grant, apply).await,
        Command::Tiers(tiers) => tiers::run(tools, tiers, apply).await,
        Command::Reconcile(wanted) => reconcile::run(tools, &wanted, apply).await,
        Command::Users(Users::Link(limit)) => users::link::run(tools, limit, apply).await,
        Command::Users(Users::Merge { former, successor }) => {
            users::merge::run(tools, &former, &successor, apply).await
        }
        Command::Users(Users::Import { file }) => users::import::run(tools, &file, apply).await,
        Command::Person(Person::Export { who }) => person::export(tools, &who).await,
        Command::Person(Person::Erase { who }) => person::erase(tools, &who, apply).await,
        Command::Show(wanted) => lookup::show(tools, &wanted).await,
        Command::Explain(wanted) => lookup::explain(tools, &wanted).await,
        Command::Import(import) => import::run(tools, import, apply).await,
        // `main` has printed them.
        Command::Completions { shell: _ } => Ok(Done::All),
        Command::Export(export) => export::run(tools, export).await,
    }
}
