public import Bytes
public import Ledger

extension Identity {
  /// Spread as digests are.
  public init(_ number: Int) {
    var bytes: [UInt8] = []
    var state = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    for _ in 0..<16 {
      state = (state ^ (state >> 27)) &* 0x94D0_49BB_1331_11EB
      bytes.append(UInt8(truncatingIfNeeded: state >> 56))
    }
    self.init(prefixOf: bytes.span)
  }
}

extension MessageIdentity {
  /// With the unique-id `number`; silent where `content` is nil.
  public init(_ number: Int?, content: Int? = nil) {
    self.init(
      uniqueID: number.map { Identity($0) }, content: Identity(1_000_000 + (content ?? 0)),
      isSilent: content == nil)
  }
}

public typealias DiskLedger = Ledger<DiskStore>

extension Disk {
  /// Starts popbell on this disk.
  public func open(
    wall: UInt64 = 1_800_000_000, now: Instant = Instant(milliseconds: 0)
  ) throws -> DiskLedger {
    try Ledger(DiskStore(disk: self), now: now, wall: wall, built: 1_700_000_000)
  }
}
