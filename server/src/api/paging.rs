//! Lists: `?limit=&after=` in, `{items, next}` out.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use service::Service;
use utoipa::{IntoParams, ToSchema};

use super::extract::Queried;
use super::problem::Problem;

const USUAL: u32 = 50;
const MOST: u32 = 200;

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// What to send as `after` for the next part; null at the end.
    pub(super) next: Option<String>,
}

/// Which part of a list is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// How many items at most: 1 or more, 50 when absent; above 200 counts as 200.
    #[param(value_type = Option<u32>, example = 50)]
    limit: Option<String>,
    /// `next` of the part before.
    after: Option<String>,
}

/// The same, understood. `K` is what the list is ordered by.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Paging<K> {
    limit: u32,
    pub(super) after: Option<K>,
}

impl<K: FromStr> FromRequestParts<Service> for Paging<K> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let Queried(query) = Queried::<PageQuery>::from_request_parts(parts, service).await?;
        Self::understood(&query)
    }
}

impl<K: FromStr> Paging<K> {
    fn understood(query: &PageQuery) -> Result<Self, Problem> {
        let refused = |detail| Problem::new(StatusCode::BAD_REQUEST, detail);
        let limit = match query.limit.as_deref().map(str::parse::<u64>) {
            None => USUAL,
            Some(Ok(limit)) if limit > 0 => u32::try_from(limit).map_or(MOST, |limit| limit.min(MOST)),
            Some(_) => {
                return Err(refused("`limit` must be a whole number of 1 or more. Above 200 counts as 200."));
            }
        };
        let after = match query.after.as_deref() {
            None | Some("") => None,
            Some(after) => Some(after.parse().map_err(|_| no_cursor())?),
        };
        Ok(Self { limit, after })
    }
}

impl<K> Paging<K> {
    /// The same with parts of so many at most, where each of them costs much.
    pub(super) fn at_most(self, most: u32) -> Self {
        Self { limit: self.limit.min(most), ..self }
    }

    /// How many to ask the use case for: one more than is shown tells whether there is a next part.
    pub(super) fn wanted(&self) -> u32 {
        self.limit + 1
    }

    /// The part, from what [`Self::wanted`] brought.
    pub(super) fn page<R, T>(
        &self,
        mut found: Vec<R>,
        key: impl Fn(&R) -> String,
        shown: impl Fn(R) -> T,
    ) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(key);
        Page { items: found.into_iter().map(shown).collect(), next }
    }

    /// The part of a list that is there as a whole; refused where `after` is not in it.
    pub(super) fn slice<R, T>(
        &self,
        mut all: Vec<R>,
        key: impl Fn(&R) -> K,
        shown: impl Fn(R) -> T,
    ) -> Result<Page<T>, Problem>
    where
        K: PartialEq + ToString,
    {
        let begin = match &self.after {
            None => 0,
            Some(after) => {
                let found = all.iter().position(|item| key(item) == *after);
                found.ok_or_else(no_cursor)? + 1
            }
        };
        let rest = all.split_off(begin);
        Ok(self.page(rest, |item| key(item).to_string(), shown))
    }
}

fn no_cursor() -> Problem {
    let detail =
        "`after` must be what `next` said before. What that named may be gone: begin again without it.";
    Problem::new(StatusCode::BAD_REQUEST, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(limit: Option<&str>, after: Option<&str>) -> Result<Paging<u32>, Problem> {
        Paging::understood(&PageQuery { limit: limit.map(Into::into), after: after.map(Into::into) })
    }

    #[test]
    fn a_list_ends_with_a_part_that_names_no_next() {
        let all = || vec![1, 2, 3, 4, 5];
        let first = paging(Some("2"), None).unwrap().slice(all(), |item| *item, |item| item).unwrap();
        assert_eq!((first.items, first.next.as_deref()), (vec![1, 2], Some("2")));
        let last = paging(Some("2"), Some("3")).unwrap().slice(all(), |item| *item, |item| item).unwrap();
        assert_eq!((last.items, last.next), (vec![4, 5], None));
        let nowhere = paging(None, Some("9")).unwrap().slice(all(), |item| *item, |item| item);
        assert!(nowhere.is_err(), "what is not in the list does not begin it anew");
    }

    #[test]
    fn a_limit_is_a_small_whole_number() {
        assert_eq!(paging(None, None).unwrap().wanted(), 51);
        for limit in ["200", "201", "100000", "99999999999"] {
            assert_eq!(paging(Some(limit), None).unwrap().wanted(), 201, "{limit}");
            assert_eq!(paging(Some(limit), None).unwrap().at_most(50).wanted(), 51, "{limit}");
        }
        for limit in ["0", "-1", "many", "1.5"] {
            assert!(paging(Some(limit), None).is_err(), "{limit}");
        }
        assert!(paging(None, Some("never an id")).is_err());
    }
}
