@main struct PopSim { static func main() {} }
