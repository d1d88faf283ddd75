import Bytes
import Rules
import TestSupport

/// Whatever a pattern and a text are, the pattern is refused with a place in it, or it takes a bounded
/// number of steps, and captures parts of the text; and text as a person sees it stays as it is.
///
///     input = pattern LF *OCTET      ; the text that it is compared with
func fuzz(_ input: Span<UInt8>) {
  let end = input.firstIndex(of: .lineFeed) ?? input.count
  let source = [UInt8](input.extracting(..<end))
  let text = [UInt8](input.extracting(min(end + 1, input.count)...))
  let visible = normalised(text.span, limit: 1024)
  requireVisible(visible, limit: 1024)
  for isCaseSensitive in [true, false] {
    compare(source, visible, .text, isCaseSensitive)
    compare(source, [UInt8](text.prefix(320)), .address, isCaseSensitive)
  }
}

private func requireVisible(_ text: [UInt8], limit: Int) {
  require(text.count <= limit, "a text is bounded")
  require(normalised(text.span, limit: limit) == text, "what is normalised stays as it is")
  require(text.first != .space && text.last != .space, "a text has no blanks at its ends")
  var index = 0
  var wasBlank = false
  while index < text.count {
    guard let (scalar, length) = decodeUTF8(text.span.extracting(index...)) else {
      return require(false, "a text is UTF-8")
    }
    let isBlank = scalar == 0x20
    if case .character = Visibility(of: scalar) {} else { require(isBlank, "all of it is seen") }
    require(!isBlank || !wasBlank, "blanks are one")
    wasBlank = isBlank
    index += length
  }
}

private func compare(
  _ source: [UInt8], _ text: [UInt8], _ target: PatternTarget, _ isCaseSensitive: Bool
) {
  do throws(PatternError) {
    let pattern = try Pattern(parsing: source.span, for: target, caseSensitive: isCaseSensitive)
    for doubt in pattern.doubts + [pattern.senderDoubt].compactMap({ $0 }) {
      require(doubt.offset + doubt.length <= source.count, "a doubt is about the pattern")
    }
    switch pattern {
    case .wildcard(let wildcard):
      var (ranges, steps) = (CaptureRanges(), 0)
      let matches = wildcard.match(text.span, ranges: &ranges, steps: &steps)
      require(steps <= (text.count + source.count + 1) * (source.count + 1), "steps are bounded")
      if matches {
        for index in 0..<ranges.count {
          require(!ranges[index].isEmpty && ranges[index].upperBound <= text.count, "captures")
        }
      }
    case .expression(let expression):
      require(expression.stateCount <= Limits.states, "states are bounded")
      var matcher = ExpressionMatcher(for: [expression])
      let isFound = matcher.find(expression, in: text.span)
      require(matcher.steps <= 2 * expression.stateCount * (text.count + 1), "steps are bounded")
      require(isFound == matcher.find(expression, in: text.span), "the same again")
    }
  } catch {
    require(error.offset >= 0 && error.length >= 0, "an error has a place")
    require(error.offset + error.length <= source.count, "an error is in the pattern")
  }
}
