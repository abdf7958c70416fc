@main struct Alertd { static func main() { print("alertd") } }
