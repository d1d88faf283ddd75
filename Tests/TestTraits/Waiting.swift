import Foundation
public import Testing

/// Runs each test of a suite on a thread of its own, eight at a time or four for each core: they wait
/// for processes far more than they compute, and of Swift's own threads there is one for each core.
public struct WaitingTrait: SuiteTrait, TestTrait, TestScoping {
  public var isRecursive: Bool { true }

  public func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(WaitingThreads.shared) { try await function() }
  }
}

extension Trait where Self == WaitingTrait {
  public static var waits: WaitingTrait { WaitingTrait() }
}

private final class WaitingThreads: TaskExecutor, @unchecked Sendable {
  static let shared = WaitingThreads(
    count: max(8, ProcessInfo.processInfo.activeProcessorCount * 4))

  private let condition = NSCondition()
  private var jobs: [UnownedJob] = []

  init(count: Int) {
    for _ in 0..<count { Thread.detachNewThread { [self] in work() } }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    condition.withLock {
      jobs.append(job)
      condition.signal()
    }
  }

  private func work() {
    while true {
      let job = condition.withLock {
        while jobs.isEmpty { condition.wait() }
        return jobs.removeFirst()
      }
      // SAFETY: this executor is never gone, and each job that was added is run once.
      unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }
}
