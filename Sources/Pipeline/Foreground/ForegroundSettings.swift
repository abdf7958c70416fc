/// Constants of the foreground method. The starter encoder was trained on looks made with exactly these
/// (`Starter/starter/foreground.py` is the reference).
package struct ForegroundSettings: Sendable, Equatable {
    /// Columns of the grid on which change is judged; its rows follow from the picture's aspect.
    package var columns = 160
    /// Levels (of 255) that make a cell changed.
    package var threshold: Float = 14
    /// Changed cells among the nine around a cell that keep it.
    package var majority = 4
    /// Cells by which changed areas are widened so that parts of one thing join.
    package var dilation = 2
    /// A region has at least one of this many cells of the grid.
    package var minimumShare = 2000
    /// Most regions kept per frame, largest first.
    package var maximumRegions = 3
    /// Share by which unchanged cells of the background follow each analysed frame.
    package var rate: Float = 0.05
    /// Levels per analysed frame by which changed cells of the background may follow.
    package var step: Float = 0.5
    /// After this many frames in a row with more than half the grid changed, the background starts anew.
    package var restartAfter = 3
    /// By how much the contour of what left the background stands out more there than in the picture.
    package var leftContrast: Float = 2
    /// After this many frames in a row what left the background is taken out of it.
    package var leftAfter = 3
    /// What dimming leaves of a pixel's contrast to ``grey``.
    package var keep: Float = 0.3
    /// The level towards which unchanged pixels are dimmed.
    package var grey: Float = 128
    /// Side of a look in pixels.
    package var look = 96

    /// The constants that the product uses.
    package init() {}

    /// Rows of the grid for a picture of `width` × `height`: columns · height / width rounded half up, at least 1.
    package func rows(width: Int, height: Int) -> Int { max(1, (2 * columns * height + width) / (2 * width)) }
}
