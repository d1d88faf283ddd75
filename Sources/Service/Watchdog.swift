import Bytes
import Platform

/// Tells the service manager how it goes: sd_notify(3).
struct Watchdog {
  private let interval: Interval?
  /// When the next sign of life is due.
  private(set) var due: Instant?

  init(now: Instant) {
    // Half of what systemd allows, as sd_watchdog_enabled(3) asks.
    interval = ServiceManager.watchdogInterval.map { .milliseconds($0.milliseconds / 2) }
    due = interval == nil ? nil : now
  }

  /// Gives a sign of life where one is due, but only while polls come and go as they should.
  mutating func feed(isHealthy: Bool, now: Instant) {
    guard let interval, let due, due <= now else { return }
    self.due = now + interval
    if isHealthy { announce("WATCHDOG=1") }
  }

  func announce(_ state: StaticString) { announce([UInt8](state)) }

  func announce(_ state: [UInt8]) { _ = try? ServiceManager.notify(state.span) }
}
