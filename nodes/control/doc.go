// Package control is the real-time loop between a policy, which plans a chunk of
// actions now and then, and a robot, which wants a command at every deadline.
//
// Key properties:
//   - Commands leave at absolute deadlines (next += period); a late tick does not
//     move the ones after it. Missed deadlines are counted with their cause. A tick
//     allocates nothing.
//   - Chunks are aligned by time, not by arrival: at time t the row of a chunk is
//     (t - observation stamp) / action period. Blending says how a new chunk takes
//     over from the one before, Resampling what is between its rows, and
//     Chunking.CatchUp whether what latency cost of its displacement is made good.
//     Foresight says when the next one has to be asked for.
//   - It starts disarmed and then publishes nothing. Armed, it either follows a
//     chunk or holds (zero velocity or an Anchor's position, the gripper keeps its
//     last target), and it recovers from a hold by itself. A stop is latched until it
//     is reset.
//   - Every hold and every chunk that is refused has a Reason and is counted by it: a
//     stale image, pose or instruction, no sign of life, a clock set back, a chunk
//     that is late, from the future, out of range or not finite.
//   - Limits on speed, acceleration and workspace scale the whole vector: the
//     direction that the policy chose stays.
//   - Nothing non-finite leaves it: a chunk with one such number is dropped whole.
//
// Controller is the logic: its Tick is a function of what it was told and of the
// time passed in. Loop is the timing, with SCHED_FIFO and locked memory where they
// are asked for and granted. Both are pure Go; the package imports no middleware and
// no model.
package control
