//! Secrets that may be replaced while the process runs.

use std::{
    fmt,
    fmt::Display,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use pledge_domain::error_chain::ErrorChain;
use tokio::{sync::Mutex, time::Instant};

use super::Origin;
use crate::secret::Secret;

/// The shortest time between two reads of a refused secret, so that a secret that stays wrong doesn't cause a call to the
/// vault with every request.
const PAUSE: Duration = Duration::from_secs(10);

/// A value that is made of a secret, such as a header or the settings of a connection. Clones share it.
///
/// A caller who is refused with the value calls [`Rotating::renew`], and tries once more if there is another one:
///
/// ```no_run
/// # use pledge_runtime::{Secret, secrets::Rotating};
/// # async fn ask(key: &String) -> Result<(), ()> { Ok(()) }
/// # async fn example(secret: Secret) -> Result<(), ()> {
/// let key = Rotating::new(&secret, |text| Ok::<_, &str>(text.to_owned())).map_err(drop)?;
/// let used = key.current();
/// match ask(&used).await {
///     Err(_refused) if key.renew(&used).await => ask(&key.current()).await,
///     answer => answer,
/// }
/// # }
/// ```
pub struct Rotating<T>(Arc<Shared<T>>);

struct Shared<T> {
    current: RwLock<InUse<T>>,
    parse: Box<Parse<T>>,
    last_read: Mutex<Option<Instant>>,
}

type Parse<T> = dyn Fn(&str) -> Option<T> + Send + Sync;

struct InUse<T> {
    secret: Secret,
    value: Arc<T>,
}

impl<T> Rotating<T> {
    /// Makes the value with `parse`, which is called again whenever the secret was read again. A secret that didn't come
    /// from a vault never changes.
    ///
    /// # Errors
    /// That of `parse`. A secret that was read again and can't be parsed isn't used.
    pub fn new<E: Display>(
        secret: &Secret,
        parse: impl Fn(&str) -> Result<T, E> + Send + Sync + 'static,
    ) -> Result<Self, E> {
        let value = Arc::new(parse(secret.expose())?);
        let current = RwLock::new(InUse { secret: secret.clone(), value });
        let parse = Box::new(move |text: &str| parse(text).ok());
        Ok(Self(Arc::new(Shared { current, parse, last_read: Mutex::new(None) })))
    }

    /// Returns the value to use now.
    #[must_use]
    pub fn current(&self) -> Arc<T> {
        Arc::clone(&self.0.current.read().unwrap_or_else(PoisonError::into_inner).value)
    }

    /// Reads the secret again after the value `used` was refused, and returns whether there is another value by now.
    ///
    /// Reads at most once in ten seconds; of concurrent callers, one reads and the others wait.
    pub async fn renew(&self, used: &Arc<T>) -> bool {
        let mut last_read = self.0.last_read.lock().await;
        if !Arc::ptr_eq(used, &self.current()) {
            return true;
        }
        let known = self.0.current.read().unwrap_or_else(PoisonError::into_inner).secret.clone();
        let Some(origin) = known.origin() else { return false };
        if last_read.is_some_and(|last| last.elapsed() < PAUSE) {
            return false;
        }
        let renewed = self.read_again(origin, &known).await;
        // The time is set only after reading, so that a cancelled read doesn't count.
        *last_read = Some(Instant::now());
        let Some(value) = renewed else { return false };
        let mut current = self.0.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = value;
        true
    }

    async fn read_again(&self, origin: &Origin, known: &Secret) -> Option<InUse<T>> {
        let name = origin.name();
        let secret = match origin.read().await {
            Ok(secret) => secret.read_from(origin.clone()),
            Err(error) => {
                tracing::warn!(target: "pledge", secret = name, error = %ErrorChain(&error), "a secret was refused and cannot be read again");
                return None;
            }
        };
        if secret == *known {
            tracing::warn!(target: "pledge", secret = name, "a secret was refused and has not been replaced");
            return None;
        }
        let Some(value) = (self.0.parse)(secret.expose()) else {
            tracing::error!(target: "pledge", secret = name, "a secret was replaced by a text that cannot be used");
            return None;
        };
        tracing::info!(target: "pledge", secret = name, "a replaced secret was read and is used from now on");
        Some(InUse { secret, value: Arc::new(value) })
    }
}

impl<T> Clone for Rotating<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Hides the value, which may have the secret.
impl<T> fmt::Debug for Rotating<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rotating(hidden)")
    }
}
