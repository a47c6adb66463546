package param

import (
	"errors"
	"strings"

	rcl "hyt/msgs/rcl_interfaces"
	"hyt/nodes/node"
)

// serve offers the six services of a node with parameters. By ROS's rules an unknown
// name makes get and describe answer with nothing or with an empty entry, not fail.
func (s *Server) serve() error {
	return errors.Join(
		node.Serve(s.node, "~/list_parameters", s.list),
		node.Serve(s.node, "~/get_parameters", s.get),
		node.Serve(s.node, "~/get_parameter_types", s.types),
		node.Serve(s.node, "~/describe_parameters", s.describe),
		node.Serve(s.node, "~/set_parameters", s.setEach),
		node.Serve(s.node, "~/set_parameters_atomically", s.setAll),
	)
}

func (s *Server) list(q *rcl.ListParametersRequest, r *rcl.ListParametersResponse) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	seen := map[string]bool{}
	for _, name := range s.names() {
		if !wanted(name, q.Prefixes, q.Depth) {
			continue
		}
		r.Result.Names = append(r.Result.Names, name)
		if i := strings.LastIndexByte(name, '.'); i >= 0 && !seen[name[:i]] {
			seen[name[:i]] = true
			r.Result.Prefixes = append(r.Result.Prefixes, name[:i])
		}
	}
}

// wanted tells whether a name lies under one of the prefixes, at most depth parts
// below it; depth 0 is any. No prefixes stand for the root.
func wanted(name string, prefixes []string, depth uint64) bool {
	if len(prefixes) == 0 {
		return depth == 0 || uint64(strings.Count(name, ".")) < depth
	}
	for _, p := range prefixes {
		if name == p {
			return true
		}
		rest, under := strings.CutPrefix(name, p+".")
		if under && (depth == 0 || uint64(strings.Count(rest, ".")) < depth) {
			return true
		}
	}
	return false
}

func (s *Server) get(q *rcl.GetParametersRequest, r *rcl.GetParametersResponse) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, name := range q.Names {
		p, known := s.find(name)
		if !known {
			r.Values = append(r.Values, rcl.ParameterValue{})
			continue
		}
		r.Values = append(r.Values, message(p.Value()))
	}
}

func (s *Server) types(q *rcl.GetParameterTypesRequest, r *rcl.GetParameterTypesResponse) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, name := range q.Names {
		p, _ := s.find(name)
		r.Types = append(r.Types, kind(p.Type))
	}
}

func (s *Server) describe(q *rcl.DescribeParametersRequest, r *rcl.DescribeParametersResponse) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, name := range q.Names {
		p, known := s.find(name)
		if !known {
			r.Descriptors = append(r.Descriptors, rcl.ParameterDescriptor{Name: name})
			continue
		}
		r.Descriptors = append(r.Descriptors, describe(p))
	}
}

// setEach sets one parameter after another: each has an answer of its own.
func (s *Server) setEach(q *rcl.SetParametersRequest, r *rcl.SetParametersResponse) {
	for _, p := range q.Parameters {
		r.Results = append(r.Results, result(s.Set(p)))
	}
}

func (s *Server) setAll(q *rcl.SetParametersAtomicallyRequest, r *rcl.SetParametersAtomicallyResponse) {
	r.Result = result(s.Set(q.Parameters...))
}

func result(err error) rcl.SetParametersResult {
	if err != nil {
		return rcl.SetParametersResult{Reason: err.Error()}
	}
	return rcl.SetParametersResult{Successful: true}
}
