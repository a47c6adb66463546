// Package prompt lays out the text that a model reads after the image: one home
// for what the trainer feeds and what the run time feeds.
//
//	act:    image | instruction <act>                  | action queries
//	think:  image | instruction <think> thought <eot>  | action queries
//	follow: image |             <follow> thought <eot> | action queries
package prompt

import (
	"strings"

	"hyt/policy/tokenizer"
)

// Act is the text of direct mode: the instruction and the mode token.
func Act(t *tokenizer.Tokenizer, instruction string) []int64 {
	return append(Instruction(t, instruction), t.ID(tokenizer.Act))
}

// Think is the text before the thought: the instruction and the mode token. The
// thought (see Thought) follows, written by the model, or given in training.
func Think(t *tokenizer.Tokenizer, instruction string) []int64 {
	return append(Instruction(t, instruction), t.ID(tokenizer.Think))
}

// Follow is the text of follow mode: the mode token and the given thought. There
// is no instruction.
func Follow(t *tokenizer.Tokenizer, thought string) []int64 {
	return append([]int64{t.ID(tokenizer.Follow)}, Thought(t, thought)...)
}

// Instruction is the instruction's tokens, without the ".", "!" or "?" that people
// end sentences with: "Push the red cube." means "push the red cube".
func Instruction(t *tokenizer.Tokenizer, instruction string) []int64 {
	return t.Encode(strings.TrimRight(instruction, ".!? \t\r\n"))
}

// Thought is the thought's tokens and the <eot> that ends them.
func Thought(t *tokenizer.Tokenizer, text string) []int64 {
	return append(t.Encode(text), t.ID(tokenizer.EOT))
}
