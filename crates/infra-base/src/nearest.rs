//! The nearest name to a misspelt one.

/// The candidate with the fewest edits to `word`, if that is at most a third of its length (one for short words).
/// Case counts half; of several equally near the first wins.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = word.chars().take(LONGEST).collect();
    let limit = (letters.len() / 3).max(1) * 2;
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let most = best.map_or(limit, |(distance, _)| distance - 1);
        if candidate.len().abs_diff(word.len()) > LONGEST {
            continue;
        }
        let distance = distance(&letters, candidate);
        if distance <= most {
            best = Some((distance, candidate));
            if distance == 0 {
                break;
            }
        }
    }
    best.map(|(_, name)| name)
}

/// Letters of a name that count; keeps hostile names cheap.
const LONGEST: usize = 120;

/// Twice the number of insertions, removals, replacements and swaps of neighbours; another case costs one.
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().take(LONGEST).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).map(|n| n * 2).collect();
    for (i, x) in a.iter().enumerate() {
        let mut next = vec![(i + 1) * 2];
        for (j, y) in b.iter().enumerate() {
            let differ = match x == y {
                true => 0,
                false if x.eq_ignore_ascii_case(y) => 1,
                false => 2,
            };
            let mut least = (row[j] + differ).min(row[j + 1] + 2).min(next[j] + 2);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 2);
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
        let names = ["http.service", "http.router", "http.endpoint", "app:api"];
        assert_eq!(nearest("http.servcie", names), Some("http.service"));
        assert_eq!(nearest("HTTP.Router", names), Some("http.router"), "case counts half");
        assert_eq!(nearest("http.Router", names), Some("http.router"));
        assert_eq!(nearest("app:apy", names), Some("app:api"));
        assert_eq!(nearest("queue.consumer", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest("a", ["b", "ab"]), Some("b"));
    }

    #[test]
    fn hostile_lengths_are_cheap() {
        let long = "x".repeat(1_000_000);
        assert_eq!(nearest(&long, [long.as_str(), "y"]), Some(long.as_str()));
    }
}
