import Glibc

/// SIGINT and SIGTERM, waited for instead of handled.
struct Signals {
  private var set = sigset_t()

  /// To be made before there is a second thread, so that all of them leave these signals alone.
  init() {
    // SAFETY: the set is initialised by the first call, and only read by the last.
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, SIGINT)
    unsafe sigaddset(&set, SIGTERM)
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  func wait() {
    var set = set
    var signal: Int32 = 0
    // SAFETY: both are ours.
    while unsafe sigwait(&set, &signal) != 0 {}
  }

  /// Whether one came in that time.
  func wait(seconds: Double) -> Bool {
    var set = set
    var time = timespec(
      tv_sec: Int(seconds), tv_nsec: Int(seconds.truncatingRemainder(dividingBy: 1) * 1e9))
    // SAFETY: both are ours, and nothing else is asked for.
    return unsafe sigtimedwait(&set, nil, &time) > 0
  }
}
