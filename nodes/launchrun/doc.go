// Package launchrun runs ROS 2 launch files in XML where `ros2 launch` is not
// installed: the same file, the same processes with the same arguments.
//
// It goes in three steps: parse (the file as a tree that knows its lines), plan
// (arguments, conditions and substitutions give the list of processes) and run
// (start them, prefix their output, end them together).
//
// What it knows: arg, let, group, push-ros-namespace, include, node, param, remap,
// env, executable, set_env, unset_env, log; if= and unless=; $(var), $(env),
// $(find-pkg-share), $(find-pkg-prefix), $(dirname), $(filename), $(anon), $(not),
// $(and), $(or). They mean what they mean in ROS 2 Humble, scopes included. Anything
// else is an error with file and line, never ignored: a remap that does not happen must
// not go unseen.
//
// Two things are stricter than in ROS 2: a process that fails ends the others, and
// hyt launch then fails too; and an argument that no file declares is refused.
package launchrun
