// Package lockstep evaluates a policy node over ROS topics alone, as a robot would run it:
// the simulated robot publishes image, ee_pose, joint_states and /clock, and does what
// comes on action and gripper. The node needs use_sim_time and nothing that it would not
// have on a robot: managed states, ~/set_mode, ~/arm, ~/chunk, and stamps.
//
// Time stands still while the policy computes. At each instant of the control loop
//
//  1. the robot's pose and joints are sent, stamped with the instant, and the image that
//     arrives now; the chunk that bears the image's stamp is waited for;
//  2. /clock says the instant, and the command that bears its stamp is waited for;
//  3. the simulator moves on by one step with that command.
//
// In mode guided a thinker looks and thinks at a pace of its own, also in simulated time
// (eval.ThinkerPace). What it thought is sent on topic thought as much later as it would
// have taken, before the image of that instant.
//
// No result depends on the machine's clock, which only ends the waiting for a node that
// does not answer. Over a bus that knows when all messages are handled (Config.Settle)
// runs repeat bit for bit; over others a message may be late by a step.
package lockstep
