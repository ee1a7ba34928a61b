//! h for h^d: a flaw that changes no time, but the width that looks best.
//!
//! Separate because nothing of it is measured: counts decide. Next:
//! [`best_widths`].

use crate::{
    chapter::Block, compare::autopsy::best_widths, model::autopsy::Density, quantity::coefficient,
    quantity::exact,
};

/// What the formula makes of the width.
pub(super) fn block(density: &Density) -> Option<Block> {
    let luck = "That one estimate at one point is near the truth is luck in any case, and no way to \
                choose a width.";
    Some(Block::Text(format!("{} {luck}", formula(density)?)))
}

/// What the formula does, and what it does not.
pub(super) fn formula(density: &Density) -> Option<String> {
    let [right, published] = best_widths(density)?;
    let matters = if right.width.to_bits() == published.width.to_bits() {
        "Both formulas choose the same width here."
    } else {
        "So the published best width comes from the formula."
    };
    Some(format!(
        "h for h^d (the density divided by the width instead of its power {}): no effect on any time, and \
         all effect on the width that looks best. Among {} widths the estimate nearest to the true density \
         {} is that of h = {} as published ({}), and that of h = {} by the right formula ({}). {matters}",
        density.d,
        density.widths.len(),
        coefficient(density.truth),
        exact(published.width),
        coefficient(published.estimate),
        exact(right.width),
        coefficient(right.estimate),
    ))
}
