//! Rows put in order where they stand. The standard library's stable sort takes half as much room again
//! as the rows; of millions of rows that is the most that is held at any time.

/// Sorts rows by a key below `keys`, rows of one key as they stood: a counting sort (Seward, 1954), whose
/// moves are followed cycle by cycle so that no second copy of the rows is made. Takes four bytes for
/// each row and each key.
///
/// Rows of more than four billion, or with a key that is not below `keys`, are sorted by the standard
/// library.
pub(crate) fn put_in_order<T: Copy>(rows: &mut [T], keys: usize, key: impl Fn(&T) -> usize) {
    if rows.is_sorted_by_key(&key) {
        return;
    }
    let Some(mut to) = destinations(rows, keys, &key) else {
        rows.sort_by_key(key);
        return;
    };
    for at in 0..rows.len() {
        // What comes here goes on until the row that belongs here has come.
        while to[at] as usize != at {
            let other = to[at] as usize;
            rows.swap(at, other);
            to.swap(at, other);
        }
    }
}

/// Where each row belongs.
fn destinations<T>(rows: &[T], keys: usize, key: &impl Fn(&T) -> usize) -> Option<Vec<u32>> {
    u32::try_from(rows.len()).ok()?;
    let mut next = vec![0_u32; keys];
    for row in rows {
        *next.get_mut(key(row))? += 1;
    }
    let mut before = 0;
    for count in &mut next {
        before += std::mem::replace(count, before);
    }
    let place = |row| {
        let next = next.get_mut(key(row))?;
        *next += 1;
        Some(*next - 1)
    };
    rows.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_stable_sort(keys in prop::collection::vec(0_usize..40, 0..300), most in 1_usize..60) {
            let mut rows: Vec<(usize, usize)> = keys.into_iter().zip(0..).collect();
            let mut sorted = rows.clone();
            sorted.sort_by_key(|(key, _)| *key);
            // A key that is not below the greatest that was promised changes nothing but the way.
            put_in_order(&mut rows, most, |(key, _)| *key);
            prop_assert_eq!(rows, sorted);
        }
    }
}
