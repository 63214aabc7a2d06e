//! What is worked out once for a form or its picture, and shared by all workers.

use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Made things by the thing they were made of. A weak pointer keeps the address from being used
/// again, so it is as good as a name; what is made of a thing goes when the thing goes.
#[derive(Debug)]
pub struct Kept<K, V>(Mutex<Vec<(Weak<K>, Arc<V>)>>);

impl<K, V> Kept<K, V> {
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// What was made of `of`, made now if it is not there. Two workers may both make it; one
    /// result is kept.
    pub fn get(&self, of: &Arc<K>, make: impl FnOnce() -> V) -> Arc<V> {
        if let Some(known) = self.known(of) {
            return known;
        }
        let made = Arc::new(make());
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.retain(|(key, _)| key.strong_count() > 0);
        list.push((Arc::downgrade(of), Arc::clone(&made)));
        made
    }

    fn known(&self, of: &Arc<K>) -> Option<Arc<V>> {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = list
            .iter()
            .find(|(key, _)| std::ptr::eq(key.as_ptr(), Arc::as_ptr(of)));
        same.map(|(_, made)| Arc::clone(made))
    }
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_made_once_and_forgotten_with_what_it_was_made_of() {
        let kept: Kept<String, usize> = Kept::new();
        let word = Arc::new("four".to_owned());
        assert_eq!(*kept.get(&word, || 4), 4);
        assert_eq!(*kept.get(&word, || 5), 4);
        drop(word);
        let other = Arc::new("seven".to_owned());
        assert_eq!(*kept.get(&other, || 7), 7);
        assert_eq!(kept.0.lock().expect("sound").len(), 1);
    }
}
