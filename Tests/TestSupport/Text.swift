/// `bytes` as a string, for `#expect`, whose macro takes no Span.
public func text(_ bytes: Span<UInt8>) -> String {
  String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
}

public func text(_ bytes: [UInt8]) -> String { text(bytes.span) }

/// Calls `body` with the UTF-8 bytes of `text`.
public func with<Result>(_ text: String, _ body: (Span<UInt8>) throws -> Result) rethrows -> Result
{
  try body(Array(text.utf8).span)
}
