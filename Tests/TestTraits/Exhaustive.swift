import Foundation
public import Testing

extension Trait where Self == ConditionTrait {
  /// For what tries all there is and takes its time: left out where POPBELL_TESTS is "quick".
  public static var exhaustive: ConditionTrait {
    .enabled(
      if: ProcessInfo.processInfo.environment["POPBELL_TESTS"] != "quick",
      "exhaustive, and POPBELL_TESTS is \"quick\"")
  }
}
