//! A rule: the name of a kind of change, and what it means on the wire, to source code and to behaviour.

/// What a change does on the wire, to a client built from OLD that talks to a server of NEW.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// They still understand each other.
    Works(&'static str),
    /// They no longer do, at least in some calls.
    Breaks(&'static str),
}

/// What a change does to source as a rule. A report tells what it does in fact: it compares what was generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Callers still build.
    Builds(&'static str),
    /// Callers that use the item no longer build.
    Breaks(&'static str),
    /// It depends.
    Depends(&'static str),
}

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name, which never changes: fingerprints and ignore files are made of it.
    pub id: &'static str,
    /// The family it belongs to.
    pub family: &'static str,
    /// The rule of the same change the other way round.
    pub mirror: &'static str,
    /// What happened, in a few words.
    pub says: &'static str,
    /// On the wire, where the client sends it.
    pub sent: Wire,
    /// On the wire, where the client is answered it.
    pub answered: Wire,
    /// To source code.
    pub source: Source,
    /// What behaves differently, if anything does.
    pub behaviour: Option<&'static str>,
    /// Whether that is so only where the client sends it.
    pub only_sent: bool,
}

/// A rule that by itself changes nothing; what it changes is added.
pub(super) const fn rule(id: &'static str, family: &'static str, mirror: &'static str, says: &'static str) -> Rule {
    const NOTHING: Wire = Wire::Works("requests and responses stay the same");
    Rule {
        id,
        family,
        mirror,
        says,
        sent: NOTHING,
        answered: NOTHING,
        source: Source::Builds("no public item changes"),
        behaviour: None,
        only_sent: false,
    }
}

impl Rule {
    pub(super) const fn works(self, why: &'static str) -> Self {
        Self { sent: Wire::Works(why), answered: Wire::Works(why), ..self }
    }

    pub(super) const fn breaks(self, why: &'static str) -> Self {
        Self { sent: Wire::Breaks(why), answered: Wire::Breaks(why), ..self }
    }

    pub(super) const fn sent(self, sent: Wire) -> Self {
        Self { sent, ..self }
    }

    pub(super) const fn answered(self, answered: Wire) -> Self {
        Self { answered, ..self }
    }

    pub(super) const fn source(self, source: Source) -> Self {
        Self { source, ..self }
    }

    pub(super) const fn behaves(self, why: &'static str) -> Self {
        Self { behaviour: Some(why), ..self }
    }

    pub(super) const fn behaves_where_sent(self, why: &'static str) -> Self {
        Self { behaviour: Some(why), only_sent: true, ..self }
    }
}
