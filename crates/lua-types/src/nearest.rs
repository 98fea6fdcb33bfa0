//! The nearest name to a misspelt one; the crate stands below the one that does the same for entries.

/// Letters of a name that count; keeps hostile names cheap.
const LONGEST: usize = 60;

/// The candidate with the fewest edits to `word`, if that is at most a third of its length (one for short words, none for a
/// letter). Case counts nothing; of several equally near the first wins. `word` itself is no answer: it is there, but not seen.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = word.to_lowercase().chars().take(LONGEST).collect();
    let limit = (letters.len() / 3).max(usize::from(letters.len() > 1));
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == word || candidate.len().abs_diff(word.len()) > limit {
            continue;
        }
        let edits = distance(&letters, &candidate.to_lowercase());
        if edits <= limit && best.is_none_or(|(known, _)| edits < known) {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// Insertions, removals, replacements and swaps of neighbours.
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().take(LONGEST).collect();
    let mut before: Vec<usize> = vec![];
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (row[j] + usize::from(x != y)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["string", "integer", "Point"];
        assert_eq!(nearest("strnig", names), Some("string"));
        assert_eq!(nearest("point", names), Some("Point"));
        assert_eq!(nearest("int", names), None);
        assert_eq!(nearest("x", ["abc"]), None);
        assert_eq!(nearest("z", ["x", "y"]), None);
        assert_eq!(nearest("N", ["m", "n"]), Some("n"));
        assert_eq!(nearest("Point", names), None);
    }
}
