//! The figures as a picture: how they change from the fewest wallets to the most.

use std::path::Path;

use plotters::prelude::*;

use crate::{Outcome, Row};

/// The columns that are drawn.
const DRAWN: [(&str, RGBColor); 5] = [
    ("events/s", BLUE),
    ("CPU µs/event", RED),
    ("p50 at 1000 events/s, ms", GREEN),
    ("CPU µs/block", MAGENTA),
    ("all", BLACK),
];

/// Its name, and by wallets the ratio.
type Line = (&'static str, RGBColor, Vec<(f64, f64)>);

/// One line for each column, against its own value at the fewest wallets.
pub(crate) fn write(file: &Path, rows: &[Row]) -> Outcome {
    let area = SVGBackend::new(file, (800, 500)).into_drawing_area();
    area.fill(&WHITE)?;
    let value =
        |row: &Row, name: &str| row.1.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
    let first = rows.first().ok_or("there are no figures")?;
    let last = rows.last().map_or(1, |(wallets, _)| *wallets);
    let lines: Vec<Line> = DRAWN
        .iter()
        .map(|(name, color)| {
            let base = value(first, name).unwrap_or(1.0);
            let points = rows.iter().filter_map(|row| Some((row.0 as f64, value(row, name)? / base)));
            (*name, *color, points.collect())
        })
        .collect();
    let ratios = || lines.iter().flat_map(|(_, _, points)| points).map(|(_, ratio)| *ratio);
    let (least, most) = (ratios().fold(0.5, f64::min), ratios().fold(2.0, f64::max));
    let mut chart = ChartBuilder::on(&area)
        .caption("Ratio to 10 wallets", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(
            (first.0 as f64..last as f64).log_scale(),
            (least * 0.8..most * 1.2).log_scale(),
        )?;
    chart.configure_mesh().x_desc("wallets").y_desc("ratio").draw()?;
    for (name, color, points) in lines {
        let label = if name == "all" { "RSS" } else { name };
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(2)))?
            .label(label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
    }
    chart.configure_series_labels().background_style(WHITE).border_style(BLACK).draw()?;
    area.present()?;
    Ok(())
}
