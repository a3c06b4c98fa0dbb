//! What a part is given to show: words, or a view.

use leptos::prelude::*;

/// Words or a view, for a prop that takes either.
pub struct Content(AnyView);

impl Content {
    pub(super) fn view(self) -> AnyView {
        self.0
    }
}

impl From<&'static str> for Content {
    fn from(words: &'static str) -> Self {
        Self(words.into_any())
    }
}

impl From<String> for Content {
    fn from(words: String) -> Self {
        Self(words.into_any())
    }
}

impl From<AnyView> for Content {
    fn from(view: AnyView) -> Self {
        Self(view)
    }
}

impl<T: RenderHtml + Send + 'static> From<View<T>> for Content {
    fn from(view: View<T>) -> Self {
        Self(view.into_inner().into_any())
    }
}
