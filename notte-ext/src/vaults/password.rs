//! Random passwords, from the randomness of the operating system.

use notte_api::wire::Secret;

use crate::{Error, ErrorKind, Result};

const LETTERS_AND_DIGITS: [&str; 3] = ["abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"];
/// Those that hardly any site refuses.
const SPECIAL: &str = "!#$%&*+-=?@^_";
const LONGEST: usize = 1024;

/// A random password with a small letter, a capital one, a digit and, if asked for, a special character in it. Every
/// such password of that length is as likely as any other.
///
/// # Errors
/// `length` is less than the kinds of characters that have to be in it (4, or 3 without special ones) or more than 1024;
/// or the operating system gives no randomness.
pub fn generate_password(length: usize, special_characters: bool) -> Result<Secret<String>> {
    let mut kinds = LETTERS_AND_DIGITS.to_vec();
    if special_characters {
        kinds.push(SPECIAL);
    }
    if !(kinds.len()..=LONGEST).contains(&length) {
        return Err(Error::invalid(format!("a password has between {} and {LONGEST} characters", kinds.len())));
    }
    loop {
        let password = characters(kinds.concat().as_bytes(), length).map_err(|error| {
            Error::new(ErrorKind::Config, format!("the operating system gives no randomness: {error}"))
        })?;
        if kinds.iter().all(|kind| password.contains(|c| kind.contains(c))) {
            return Ok(Secret::new(password));
        }
    }
}

fn characters(alphabet: &[u8], length: usize) -> Result<String, getrandom::Error> {
    // Beyond it, a remainder would favour the beginning of the alphabet.
    let fair = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(length);
    let mut random = [0_u8; 64];
    while text.len() < length {
        getrandom::fill(&mut random)?;
        let picks = random.iter().map(|byte| usize::from(*byte)).filter(|pick| *pick < fair);
        text.extend(picks.map(|pick| char::from(alphabet[pick % alphabet.len()])).take(length - text.len()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_character_is_in_it_at_any_length() {
        for length in [4, 5, 20, 1024] {
            let password = generate_password(length, true).unwrap().into_exposed();
            assert_eq!(password.len(), length);
            for kind in LETTERS_AND_DIGITS.iter().chain([&SPECIAL]) {
                assert!(password.contains(|c| kind.contains(c)), "{password}");
            }
        }
        let plain = generate_password(3, false).unwrap().into_exposed();
        assert!(plain.chars().all(|c| c.is_ascii_alphanumeric()), "{plain}");
    }

    #[test]
    fn a_length_that_cannot_be_is_refused() {
        for (length, special) in [(3, true), (2, false), (0, false), (1025, true), (usize::MAX, true)] {
            assert_eq!(generate_password(length, special).unwrap_err().kind(), ErrorKind::InvalidRequest);
        }
    }

    #[test]
    fn characters_are_drawn_evenly_and_never_repeat_as_a_whole() {
        let alphabet: Vec<u8> = (0..75).collect();
        let drawn = characters(&alphabet, 75_000).unwrap();
        for character in alphabet {
            // 1000 are expected, with a standard deviation of 31. A remainder would give the first ones 1172.
            let count = drawn.bytes().filter(|drawn| *drawn == character).count();
            assert!((700..1300).contains(&count), "{character}: {count}");
        }
        let first_half = drawn.bytes().filter(|drawn| *drawn < 31).count();
        // 31,000 are expected, with a standard deviation of 135; a remainder would give 36,328.
        assert!((29_500..32_500).contains(&first_half), "{first_half}");
        assert_ne!(generate_password(20, true).unwrap(), generate_password(20, true).unwrap());
    }
}
