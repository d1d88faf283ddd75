import Foundation
import Glibc
import POP3Simulator
import TestTraits
import Testing

/// What a server sends makes nothing grow: neither the supervisor nor the fetcher needs more memory
/// for an endless reply or a line of 10 MB than for a normal poll (L6).
@Suite(.waits) struct MemoryTests {
  /// What a poll needed, in KiB.
  struct Need: Sendable {
    var supervisor: Int
    /// What its fetchers touched: their page faults, which the kernel counts for their parent.
    var fetcher: Int
  }

  static let faults: [(Fault, FaultPoint)] = [
    (.endless, .greeting), (.endless, .command(.capa)), (.endless, .command(.stat)),
    (.endless, .command(.uidl)), (.endless, .command(.top)), (.endless, .command(.dele)),
    (.longLine(10_000_000), .greeting), (.longLine(10_000_000), .command(.capa)),
    (.reply("-ERR " + String(repeating: "x", count: 10_000_000)), .command(.auth)),
    (.longLine(10_000_000), .command(.top)),
  ]

  @Test func whatAServerSendsDoesNotNeedMore() throws {
    var refusing = Behaviour()
    refusing.inject(.reply("-ERR no"), at: .greeting)
    // A poll that goes well, and one that fails at once: each runs code that the other does not.
    let (good, bad) = (try need(Behaviour()), try need(refusing))
    let normal = Need(
      supervisor: max(good.supervisor, bad.supervisor), fetcher: max(good.fetcher, bad.fetcher))
    #expect(normal.supervisor > 100 && normal.fetcher > 100)
    let needs = parallel(Self.faults.count) { index in
      var behaviour = Behaviour()
      behaviour.inject(Self.faults[index].0, at: Self.faults[index].1)
      return try need(behaviour)
    }
    for (need, (fault, step)) in zip(needs, Self.faults) {
      let name: Comment = "\("\(fault)".prefix(40)) at \(step): \(need), normal \(normal)"
      // From run to run they differ by 4 KiB; the C library takes memory in steps of 132.
      #expect(need.supervisor < normal.supervisor + 256, name)
      #expect(need.fetcher < normal.fetcher + 128, name)
    }
  }

  /// A server is verified without all the authorities that could have signed for it. As objects, a
  /// thousand of them have 3 MB.
  @Test func manyAuthoritiesDoNotNeedMore() throws {
    let (authority, other) = (CertificateAuthority(), CertificateAuthority(name: "other"))
    let few = try need(Behaviour(), tls: "implicit", authority: authority)
    let many = try need(
      Behaviour(), tls: "implicit", authority: authority,
      others: String(repeating: other.pem, count: 1000))
    #expect(many.fetcher < few.fetcher + 128, "\(many), \(few)")
    #expect(many.supervisor < few.supervisor + 256, "\(many), \(few)")
  }

  /// systemd would stop all of popbell for one program that the kernel ended.
  @Test func theUnitGoesOnWhenTheKernelEndsAProcessForMemory() throws {
    let unit = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../board/popbell.service").standardized
    let lines = try String(contentsOf: unit, encoding: .utf8).split(separator: "\n")
    #expect(lines.contains("OOMPolicy=continue"))
  }

  private func need(
    _ behaviour: Behaviour, tls: String = "none", authority: CertificateAuthority? = nil,
    others: String = ""
  ) throws -> Need {
    // No programs: the only children are fetchers.
    let scene = try Scene(behaviour, tls: tls, deadline: 20, authority: authority) { _ in
      "[output siren]\nchip = simulated\nline = 1\n[rule alarm]\nsubject = ALARM *\noff = siren\n"
    }
    if let authority { try scene.bench.write("ca.pem", others + authority.pem) }
    let service = try scene.run()
    #expect(until { !service.lines(about: "box").filter(isEnd).isEmpty })
    let faults = ProcessTable.text("\(service.identifier)/stat").split(separator: ")").last?
      .split(separator: " ")[8]
    let pages = try #require(faults.flatMap { Int($0) })
    let peak = try #require(ProcessTable.peak(of: service.identifier))
    return Need(supervisor: peak, fetcher: pages * 4)
  }

  private func isEnd(_ line: String) -> Bool {
    line.contains("next try in") || line.hasSuffix("deleted")
  }
}
