package rosidl

// derived lists the messages that ROS 2 makes out of the action pkg/action/name
// for its services and its feedback topic (ROS 2 design, "Actions").
func derived(pkg, name string) []*Message {
	var (
		goalID   = Field{Name: "goal_id", Type: Type{Package: "unique_identifier_msgs", Kind: "msg", Name: "UUID"}}
		stamp    = Field{Name: "stamp", Type: Type{Package: "builtin_interfaces", Kind: "msg", Name: "Time"}}
		accepted = Field{Name: "accepted", Type: Type{Name: "bool"}}
		status   = Field{Name: "status", Type: Type{Name: "int8"}, Doc: []string{"One of action_msgs/GoalStatus."}}
	)
	part := func(field, suffix string) Field {
		return Field{Name: field, Type: Type{Package: pkg, Kind: "action", Name: name + suffix}}
	}
	message := func(suffix, doc string, fields ...Field) *Message {
		return &Message{Package: pkg, Kind: "action", Name: name + suffix, Doc: []string{doc}, Fields: fields}
	}
	return []*Message{
		message("_SendGoal_Request", "Offers a goal to the action server.", goalID, part("goal", "_Goal")),
		message("_SendGoal_Response", "Whether the goal was accepted, and when.", accepted, stamp),
		message("_GetResult_Request", "Asks for the result of a goal; the answer comes when it is done.", goalID),
		message("_GetResult_Response", "How the goal ended.", status, part("result", "_Result")),
		message("_FeedbackMessage", "Feedback on one goal.", goalID, part("feedback", "_Feedback")),
	}
}
