package control

// State is what the controller does.
type State string

const (
	Disarmed State = "disarmed" // publishes nothing
	Active   State = "active"   // follows a chunk
	Holding  State = "holding"  // publishes zero velocity; see Reason
	Stopped  State = "stopped"  // as Holding, until it is reset
)

// Reason is why the robot is held. Of several, the first counts.
type Reason uint8

const (
	None Reason = iota
	Latched
	Deadman
	NoInstruction
	InstructionStale
	ImageStale
	PoseStale
	NoChunk
	ChunkUsedUp
	ClockJumped
	// What was wrong with the last chunk, once the one before it is used up:
	ChunkOutOfRange
	ChunkFromFuture
	ChunkLate
	ChunkNotFinite
	NotFinite
	reasons // how many there are
)

// String is the reason's key in diagnostics.
func (r Reason) String() string {
	return [reasons]string{"none", "stopped", "deadman", "no_instruction", "instruction_stale",
		"image_stale", "pose_stale", "no_chunk", "chunk_used_up", "clock_jumped", "chunk_out_of_range", "chunk_from_future",
		"chunk_late", "chunk_not_finite", "not_finite"}[r]
}

// Sentence says it to a person.
func (r Reason) Sentence() string {
	return [reasons]string{
		"following the policy",
		"stopped; call ~/reset_stop, then ~/arm",
		"holding: no sign of life within the deadman timeout",
		"holding: no instruction (empty or \"stop\"; in mode follow: nothing to follow)",
		"holding: the instruction was not given again in time",
		"holding: no fresh image",
		"holding: no fresh ee_pose, which the workspace limits need",
		"holding: waiting for the first chunk",
		"holding: the last chunk is used up and no new one came",
		"holding: the clock jumped back; waiting for a chunk of the new time",
		"holding: the last chunk had values that the model cannot mean",
		"holding: the last chunk was stamped in the future; do camera and policy have the same clock?",
		"holding: the last chunk came after its own end; inference is too slow",
		"holding: the last chunk held a value that is not a finite number",
		"holding: the command was not a finite number",
	}[r]
}

// Wanted tells holds that a person asked for from those that show a fault.
func (r Reason) Wanted() bool { return r == None || r == Latched || r == NoInstruction }
