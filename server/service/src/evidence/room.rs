//! Room for files on their way in. Each is whole in memory while it is looked at, hashed and put away, so that only so
//! many are taken at the same time; the others wait for their turn.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::LARGEST_FILE;
use crate::{Actor, Error, Service};

/// What they may hold together, in MB: four of the largest with their forms, or a hundred small ones.
const ROOM_MB: usize = 4 * ((LARGEST_FILE >> 20) + 2);
/// How long a file waits for its turn.
const PATIENCE: Duration = Duration::from_secs(20);

/// The room that a file takes, given back when this is dropped.
#[derive(Debug)]
pub struct FileRoom(#[expect(dead_code, reason = "holds the room until it is dropped")] OwnedSemaphorePermit);

/// The room that there is.
pub(crate) struct Room {
    megabytes: Arc<Semaphore>,
    patience: Duration,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self { megabytes: Arc::new(Semaphore::new(ROOM_MB)), patience: PATIENCE }
    }

    /// `None` where too many others hold it for too long.
    async fn take(&self, bytes: usize) -> Option<FileRoom> {
        let megabytes = bytes.div_ceil(1 << 20).clamp(1, ROOM_MB);
        let megabytes = u32::try_from(megabytes).unwrap_or(u32::MAX);
        let permits = Arc::clone(&self.megabytes).acquire_many_owned(megabytes);
        // An error would mean that the semaphore was closed, which nobody does.
        timeout(self.patience, permits).await.ok()?.ok().map(FileRoom)
    }
}

impl Service {
    /// Waits until there is room for a form with a file, of so many bytes as it says it holds.
    pub async fn room_for_file(&self, _: &Actor, bytes: usize) -> Result<FileRoom, Error> {
        let busy =
            "Many files are being sent at this moment. Nothing was changed; send it again in a minute.";
        self.room().take(bytes).await.ok_or_else(|| Error::Conflict(busy.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_few_large_files_or_many_small_ones_have_room_and_the_next_waits() {
        let room = Room { patience: Duration::from_millis(400), ..Room::new() };
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(room.take(LARGEST_FILE + (2 << 20)).await.unwrap());
        }
        assert!(room.take(1).await.is_none(), "there is room for no other");
        let (first, waiting) = tokio::join!(
            async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                drop(held.pop());
            },
            room.take(1)
        );
        let ((), Some(_waited)) = (first, waiting) else { panic!("it waits for its turn") };
        drop(held);
        let mut small = Vec::new();
        for _ in 0..100 {
            small.push(room.take(1000).await.unwrap());
        }
        assert!(room.take(usize::MAX).await.is_none(), "what says too much waits for all of the room");
    }
}
