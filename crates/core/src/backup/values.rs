//! The values of the file: what each must be, and lists in which nothing is there twice.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Unkeepable, check_association, check_word, destination};
use crate::excerpt::{excerpt, quote};
use crate::route::{Destination, Target};
use crate::tables::{Associated, Association, TargetKind};

/// The field of a target that this version does not know.
const OTHER: &str = "Other";

#[derive(Clone, Serialize)]
#[serde(into = "AssociationFields")]
pub(super) struct AssociationText(pub(super) Association);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AssociationFields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subnet: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gateway: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    main: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(super) struct DestinationText(pub(super) Destination);

#[derive(Clone, Serialize)]
#[serde(into = "BTreeMap<String, String>")]
pub(super) struct TargetText(pub(super) Target);

impl From<DestinationText> for String {
    fn from(text: DestinationText) -> Self {
        text.0.to_string()
    }
}

impl TryFrom<String> for DestinationText {
    type Error = Unkeepable;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        destination(text).map(Self)
    }
}

impl From<TargetText> for BTreeMap<String, String> {
    fn from(text: TargetText) -> Self {
        let parameter = TargetKind::of(&text.0).map_or(OTHER, TargetKind::parameter);
        BTreeMap::from([(parameter.to_owned(), text.0.to_string())])
    }
}

impl TryFrom<BTreeMap<String, String>> for TargetText {
    type Error = String;

    fn try_from(fields: BTreeMap<String, String>) -> Result<Self, String> {
        let one = "a target is one parameter of EC2 and an id, such as {\"NetworkInterfaceId\": \"eni-…\"}";
        let mut fields = fields.into_iter();
        let (Some((parameter, id)), None) = (fields.next(), fields.next()) else {
            return Err(one.to_owned());
        };
        check_word("target", &id).map_err(|error| error.to_string())?;
        let target = id.parse().map_or_else(|_| Target::Other(id.clone()), Target::Interface);
        let expected = TargetKind::of(&target).map_or(OTHER, TargetKind::parameter);
        if parameter == expected {
            return Ok(Self(target));
        }
        Err(if expected == OTHER {
            format!("{} is no {}: {one}", quote(&id), excerpt(&parameter, 60))
        } else {
            format!("{} stands under {}: expected {expected}", quote(&id), quote(&parameter))
        })
    }
}

impl From<AssociationText> for AssociationFields {
    fn from(AssociationText(Association { id, with }): AssociationText) -> Self {
        let (mut subnet, mut gateway, mut main) = (None, None, None);
        match with {
            Associated::Main => main = Some(true),
            Associated::Subnet(id) => subnet = Some(id),
            Associated::Gateway(id) => gateway = Some(id),
        }
        Self { subnet, gateway, main, id }
    }
}

impl TryFrom<AssociationFields> for AssociationText {
    type Error = String;

    fn try_from(fields: AssociationFields) -> Result<Self, String> {
        let with = match (fields.subnet, fields.gateway, fields.main) {
            (Some(id), None, None) => Associated::Subnet(id),
            (None, Some(id), None) => Associated::Gateway(id),
            (None, None, Some(true)) => Associated::Main,
            _ => return Err("an association is with one of subnet, gateway or main: true".to_owned()),
        };
        let association = Association { id: fields.id, with };
        check_association(&association).map_err(|error| error.to_string())?;
        Ok(Self(association))
    }
}

// Objects that are read as fields and must make sense together.

impl<'de> Deserialize<'de> for TargetText {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        sensible::<_, BTreeMap<String, String>, _>(reader)
    }
}

impl<'de> Deserialize<'de> for AssociationText {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        sensible::<_, AssociationFields, _>(reader)
    }
}

/// Reads the fields and makes sense of them while the reader still stands in the object: so that `serde_json` says its line.
fn sensible<'de, D, F, T>(reader: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    F: Deserialize<'de>,
    T: TryFrom<F, Error = String>,
{
    struct Sensible<F, T>(PhantomData<(F, T)>);

    impl<'de, F: Deserialize<'de>, T: TryFrom<F, Error = String>> Visitor<'de> for Sensible<F, T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
            T::try_from(F::deserialize(MapAccessDeserializer::new(fields))?).map_err(A::Error::custom)
        }
    }

    reader.deserialize_map(Sensible(PhantomData))
}

// Words.

/// A word of EC2, known or newer than this version.
#[derive(Serialize, Deserialize)]
#[serde(into = "String", try_from = "String", bound = "")]
pub(super) struct Word<W: Name> {
    pub(super) text: String,
    of: PhantomData<W>,
}

/// What a word is.
pub(super) trait Name: Sized {
    const WHAT: &'static str;
}

pub(super) struct OriginWord;
pub(super) struct StateWord;

impl Name for OriginWord {
    const WHAT: &'static str = "origin";
}

impl Name for StateWord {
    const WHAT: &'static str = "state";
}

impl<W: Name> Word<W> {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), of: PhantomData }
    }
}

impl<W: Name> Clone for Word<W> {
    fn clone(&self) -> Self {
        Self::new(&self.text)
    }
}

impl<W: Name> From<Word<W>> for String {
    fn from(word: Word<W>) -> Self {
        word.text
    }
}

impl<W: Name> TryFrom<String> for Word<W> {
    type Error = Unkeepable;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        check_word(W::WHAT, &text).map(|()| Self::new(&text))
    }
}

// Lists in which nothing is there twice.

/// What is said of the second of two. `serde_json` notices it at the next element, or at the end of the list.
pub(super) const TWICE: &str = " is there twice: leave one of them out";

/// What an element is told apart by.
pub(super) trait Keyed {
    fn key(&self) -> String;
}

impl Keyed for AssociationText {
    fn key(&self) -> String {
        self.0.with.to_string()
    }
}

pub(super) fn unique<'de, D: Deserializer<'de>, T: Deserialize<'de> + Keyed>(
    reader: D,
) -> Result<Vec<T>, D::Error> {
    struct Unique<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de> + Keyed> Visitor<'de> for Unique<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let (mut found, mut keys) = (Vec::new(), std::collections::BTreeSet::new());
            while let Some(element) = list.next_element::<T>()? {
                let key = element.key();
                if keys.contains(&key) {
                    return Err(A::Error::custom(format!("{key}{TWICE}")));
                }
                keys.insert(key);
                found.push(element);
            }
            Ok(found)
        }
    }

    reader.deserialize_seq(Unique(PhantomData))
}
