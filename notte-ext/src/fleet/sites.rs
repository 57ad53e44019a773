//! Politeness: how many jobs visit a site at a time, and how far apart they start.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

type SiteOf<J> = Box<dyn Fn(&J) -> String + Send + Sync>;

pub(super) struct Sites<J> {
    polite: Option<Polite<J>>,
}

struct Polite<J> {
    jobs: usize,
    every: Duration,
    site: SiteOf<J>,
    sites: Mutex<HashMap<String, Site>>,
}

struct Site {
    room: Arc<Semaphore>,
    next: Instant,
}

impl<J> Sites<J> {
    pub(super) fn none() -> Self {
        Self { polite: None }
    }

    pub(super) fn polite(jobs: usize, every: Duration, site: impl Fn(&J) -> String + Send + Sync + 'static) -> Self {
        let sites = Mutex::new(HashMap::new());
        Self { polite: Some(Polite { jobs, every, site: Box::new(site), sites }) }
    }

    /// Waits until the job may visit its site; it visits it until the permit is dropped.
    pub(super) async fn enter(&self, job: &J) -> Option<OwnedSemaphorePermit> {
        let polite = self.polite.as_ref()?;
        let name = (polite.site)(job);
        let room = polite.with(&name, |site| Arc::clone(&site.room));
        // The semaphore is never closed.
        let permit = room.acquire_owned().await.ok()?;
        let start = polite.with(&name, |site| {
            let start = site.next.max(Instant::now());
            site.next = start + polite.every;
            start
        });
        tokio::time::sleep_until(start).await;
        Some(permit)
    }
}

impl<J> Polite<J> {
    fn with<T>(&self, name: &str, change: impl FnOnce(&mut Site) -> T) -> T {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        // A site that nobody visits or waits for, and that may be visited at once, is as if it had never been.
        let now = Instant::now();
        if !sites.contains_key(name) {
            sites.retain(|_, site| Arc::strong_count(&site.room) > 1 || site.next > now);
        }
        change(
            sites
                .entry(name.to_owned())
                .or_insert_with(|| Site { room: Arc::new(Semaphore::new(self.jobs)), next: now }),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(10);

    fn sites() -> Sites<&'static str> {
        Sites::polite(2, EVERY, |job: &&str| job.split('/').next().unwrap_or_default().to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn two_visits_of_a_site_begin_apart_and_other_sites_do_not_wait() {
        let (sites, start) = (sites(), Instant::now());
        let first = sites.enter(&"a/1").await;
        let second = sites.enter(&"a/2").await;
        assert_eq!(start.elapsed(), EVERY);
        let _other = sites.enter(&"b/1").await;
        assert_eq!(start.elapsed(), EVERY);
        drop((first, second));
    }

    #[tokio::test(start_paused = true)]
    async fn a_site_has_no_more_visitors_than_it_may() {
        let sites = sites();
        let (first, _second) = (sites.enter(&"a/1").await, sites.enter(&"a/2").await);
        let third = tokio::time::timeout(EVERY * 100, sites.enter(&"a/3"));
        assert!(third.await.is_err(), "two are there");
        drop(first);
        assert!(sites.enter(&"a/3").await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn sites_that_nobody_visits_are_forgotten() {
        let sites = sites();
        for site in ["a", "b", "c"] {
            drop(sites.enter(&site).await);
            tokio::time::advance(EVERY).await;
        }
        let known = sites.polite.as_ref().unwrap().sites.lock().unwrap().len();
        assert_eq!(known, 1, "only the last");
    }

    #[tokio::test]
    async fn without_politeness_nobody_waits() {
        assert!(Sites::<&str>::none().enter(&"a").await.is_none());
    }
}
