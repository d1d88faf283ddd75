import Alerts
import Bytes

/// Whatever a broken fetcher sends, what parses as a frame is one: encoded, it is the same bytes.
///
///     input = *OCTET          ; the frame
func fuzz(_ input: Span<UInt8>) {
  guard let frame = try? FetcherFrame(parsing: input) else { return }
  require(frame.encoded.span.equals(input), "a frame is encoded as it came")
}
