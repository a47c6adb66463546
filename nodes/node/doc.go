// Package node is what every node of hyt stands on: a name in the ROS graph with
// remaps and namespaces, typed publishers, subscriptions and services, a clock,
// console lines in ROS's format, and a report on /diagnostics.
//
// A kind of node is a Component: its configuration and what it does between start
// and stop. Package compose runs one or several of them in a process. Parameter and
// lifecycle services belong here too: Component.Config already carries the table of
// declarations that rcl_interfaces wants, and Component.Run is what "active" means.
package node
