package control

// State is what the controller does.
type State string

const (
	Disarmed State = "disarmed" // publishes nothing
	Active   State = "active"   // follows a chunk
	Holding  State = "holding"  // publishes zero velocity; see Reason
	Stopped  State = "stopped"  // as Holding, until it is reset
)

// Reason is why the robot is held.
type Reason uint8

const (
	None Reason = iota
	Latched
	NoInstruction
	ImageStale
	PoseStale
	NoChunk
	ChunkUsedUp
	NotFinite
	reasons // how many there are
)

// String is the reason's key in diagnostics.
func (r Reason) String() string {
	return [reasons]string{"none", "stopped", "no_instruction", "image_stale", "pose_stale",
		"no_chunk", "chunk_used_up", "not_finite"}[r]
}

// Sentence says it to a person.
func (r Reason) Sentence() string {
	return [reasons]string{
		"following the policy",
		"stopped; call ~/reset_stop, then ~/arm",
		"holding: no instruction (empty or \"stop\")",
		"holding: no fresh image",
		"holding: no fresh ee_pose, which the workspace limits need",
		"holding: waiting for the first chunk",
		"holding: the last chunk is used up and no new one came",
		"holding: the command was not a finite number",
	}[r]
}

// Wanted tells holds that a person asked for from those that show a fault.
func (r Reason) Wanted() bool { return r == None || r == Latched || r == NoInstruction }
