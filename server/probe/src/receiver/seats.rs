//! How many connections one sender may have at a time, so that nobody takes all places.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::guard;

/// Connections at a time of one address of the open network. Of a private network there is no such bound: a proxy in
/// front comes from there with the connections of everybody.
const PER_SENDER: usize = 8;

type Taken = Arc<Mutex<HashMap<IpAddr, usize>>>;

#[derive(Clone, Default)]
pub(super) struct Seats(Taken);

/// A connection's seat, until it is dropped.
pub(super) struct Seat {
    sender: IpAddr,
    taken: Taken,
}

impl Seats {
    /// `None` while a sender has as many as it may.
    pub(super) fn take(&self, address: IpAddr) -> Option<Seat> {
        let sender = sender(address);
        let mut taken = lock(&self.0);
        let count = taken.entry(sender).or_default();
        if *count >= PER_SENDER && guard::is_public(sender) {
            return None;
        }
        *count += 1;
        Some(Seat { sender, taken: Arc::clone(&self.0) })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if let Some(count) = taken.get_mut(&self.sender) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.sender);
            }
        }
    }
}

/// Whose an address is: of IPv6, whoever has one has all of its /64 (RFC 6177).
fn sender(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits((v6.to_bits() >> 64) << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn lock(taken: &Taken) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
    // A map of numbers is whole whatever a thread did with it.
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats_of(seats: &Seats, address: &str) -> Vec<Seat> {
        let address = address.parse().expect("an address");
        std::iter::from_fn(|| seats.take(address)).take(PER_SENDER + 1).collect()
    }

    #[test]
    fn one_sender_leaves_seats_for_others() {
        let seats = Seats::default();
        let mut taken = seats_of(&seats, "8.8.8.8");
        assert_eq!(taken.len(), PER_SENDER);
        assert!(seats.take("::ffff:8.8.8.8".parse().unwrap()).is_none(), "the same in another spelling");
        assert_eq!(seats_of(&seats, "2606:4700::1").len(), PER_SENDER);
        taken.pop();
        let again = seats.take("8.8.8.8".parse().unwrap());
        assert!(again.is_some(), "a seat is free again");
        drop((taken, again));
        assert!(lock(&seats.0).is_empty());
    }

    #[test]
    fn the_addresses_of_one_prefix_are_one_sender_and_a_proxy_is_not_bounded() {
        let seats = Seats::default();
        let taken = seats_of(&seats, "2606:4700::1");
        assert!(seats.take("2606:4700::2".parse().unwrap()).is_none());
        assert!(seats.take("2606:4700:0:1::1".parse().unwrap()).is_some());
        for own in ["127.0.0.1", "10.1.2.3", "fd00::1"] {
            assert_eq!(seats_of(&seats, own).len(), PER_SENDER + 1, "{own}");
        }
        drop(taken);
    }
}
