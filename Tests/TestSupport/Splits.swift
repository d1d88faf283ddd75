/// Runs `body` for each way in which a stream can arrive that a stream parser must not notice:
/// whole, byte by byte, and in two parts, split at each place.
public func forEachSplit(of stream: [UInt8], _ body: ([ArraySlice<UInt8>]) throws -> Void) rethrows
{
  try body([stream[...]])
  try body(stream.indices.map { stream[$0...$0] })
  for split in stream.indices.dropFirst() {
    try body([stream[..<split], stream[split...]])
  }
}
