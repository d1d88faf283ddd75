import Ledger

extension Identity {
  init(_ number: Int) {
    var bytes = InlineArray<16, UInt8>(repeating: 0)
    for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
    self.init(bytes)
  }
}
