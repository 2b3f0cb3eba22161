namespace KvCompose.Models.Tokenizers.Patterns;

/// <summary>Turns a parsed pattern into a program of bounded size.</summary>
internal sealed class PatternCompiler
{
    private const int MaxInstructions = 100_000;
    private const int MaxBranches = 64;

    private readonly List<Instruction> _code = [];
    private int _registers;

    public static PatternProgram Compile(PatternNode root, int groups)
    {
        var compiler = new PatternCompiler { _registers = 2 * (groups + 1) };
        compiler.Emit(root);
        compiler.Add(new Instruction { Op = Op.End });
        return new PatternProgram([.. compiler._code], compiler._registers, NodeFacts.First(root));
    }

    private int Add(Instruction instruction)
    {
        if (_code.Count == MaxInstructions)
        {
            throw new PatternException("repeats too much: its program grows too large");
        }

        _code.Add(instruction);
        return _code.Count - 1;
    }

    private void SetTarget(int at, int? a = null, int? b = null)
    {
        Instruction instruction = _code[at];
        instruction.A = a ?? instruction.A;
        instruction.B = b ?? instruction.B;
        _code[at] = instruction;
    }

    private void Emit(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Set set:
                Add(new Instruction { Op = Op.Set, Set = set.Characters });
                break;
            case PatternNode.Folded folded:
                EmitFolded(folded.Sequence);
                break;
            case PatternNode.Concatenation sequence:
                EmitSequence(sequence);
                break;
            case PatternNode.Alternation alternation:
                EmitAlternation(alternation);
                break;
            case PatternNode.Repeat repeat:
                EmitRepeat(repeat, after: null);
                break;
            case PatternNode.Capture capture:
                Add(new Instruction { Op = Op.Mark, A = 2 * capture.Group });
                Emit(capture.Body);
                Add(new Instruction { Op = Op.Mark, A = 2 * capture.Group + 1 });
                break;
            case PatternNode.Atomic atomic:
                EmitPart(new Instruction { Op = Op.Atomic }, atomic.Body);
                break;
            case PatternNode.Look { Behind: false } look:
                EmitPart(new Instruction { Op = Op.Ahead, B = look.Negative ? 1 : 0 }, look.Body);
                break;
            case PatternNode.Look look:
                (int least, int most) = NodeFacts.Length(look.Body);
                EmitPart(new Instruction { Op = Op.Behind, B = look.Negative ? 1 : 0, C = least, D = most }, look.Body);
                break;
            case PatternNode.Anchor anchor:
                Add(new Instruction { Op = Op.Anchor, A = (int)anchor.Kind });
                break;
            case PatternNode.BackReference reference:
                Add(new Instruction { Op = Op.BackReference, A = reference.IgnoreCase ? 1 : 0, Table = reference.Groups });
                break;
        }
    }

    private void EmitSequence(PatternNode.Concatenation sequence)
    {
        for (int i = 0; i < sequence.Parts.Count; i++)
        {
            if (sequence.Parts[i] is PatternNode.Repeat repeat)
            {
                EmitRepeat(repeat, i + 1 < sequence.Parts.Count ? NodeFacts.First(sequence.Parts[i + 1]) : null);
            }
            else
            {
                Emit(sequence.Parts[i]);
            }
        }
    }

    private void EmitPart(Instruction head, PatternNode body)
    {
        int at = Add(head);
        Emit(body);
        Add(new Instruction { Op = Op.End });
        SetTarget(at, a: _code.Count);
    }

    private void EmitAlternation(PatternNode.Alternation alternation)
    {
        IReadOnlyList<PatternNode> branches = alternation.Branches;
        if (branches.Count > MaxBranches)
        {
            var rest = new PatternNode.Alternation([.. branches.Skip(MaxBranches - 1)]);
            branches = [.. branches.Take(MaxBranches - 1), rest];
        }

        int dispatch = Add(new Instruction { Op = Op.Dispatch });
        var targets = new int[branches.Count];
        var jumps = new List<int>();
        for (int i = 0; i < branches.Count; i++)
        {
            targets[i] = _code.Count;
            Emit(branches[i]);
            if (i + 1 < branches.Count)
            {
                jumps.Add(Add(new Instruction { Op = Op.Jump }));
            }
        }

        jumps.ForEach(jump => SetTarget(jump, a: _code.Count));
        Instruction instruction = _code[dispatch];
        instruction.Dispatch = CreateDispatch(branches, targets);
        _code[dispatch] = instruction;
    }

    private static DispatchTable CreateDispatch(IReadOnlyList<PatternNode> branches, int[] targets)
    {
        CharacterSet?[] first = [.. branches.Select(NodeFacts.First)];
        var ascii = new ulong[128];
        ulong other = 0, end = 0;
        for (int i = 0; i < first.Length; i++)
        {
            ulong bit = 1UL << i;
            for (int c = 0; c < 128; c++)
            {
                ascii[c] |= first[i] is not { } set || set.Contains(c) ? bit : 0;
            }

            other |= first[i] is not { Bounds: var bounds } || (bounds.Length > 0 && bounds[^1] > 128) ? bit : 0;
            end |= first[i] is null ? bit : 0;
        }

        return new DispatchTable(ascii, other, end, first, targets);
    }

    private void EmitRepeat(PatternNode.Repeat repeat, CharacterSet? after)
    {
        if (repeat.Most == 0)
        {
            return;
        }

        if (repeat.Body is PatternNode.Set set)
        {
            // What follows can never begin inside the run, so nothing is gained by giving characters back.
            RepeatKind kind = repeat.Kind == RepeatKind.Greedy && after is not null && !after.Overlaps(set.Characters) ? RepeatKind.Possessive : repeat.Kind;
            Add(new Instruction { Op = Op.SetLoop, Set = set.Characters, A = repeat.Least, B = repeat.Most, C = (int)kind });
            return;
        }

        if (repeat.Kind == RepeatKind.Possessive)
        {
            EmitPart(new Instruction { Op = Op.Atomic }, repeat with { Kind = RepeatKind.Greedy });
            return;
        }

        for (int i = 0; i < repeat.Least; i++)
        {
            Emit(repeat.Body);
        }

        if (repeat.Most < 0)
        {
            EmitEndless(repeat);
        }
        else
        {
            EmitOptional(repeat);
        }
    }

    private void EmitEndless(PatternNode.Repeat repeat)
    {
        int register = _registers++;
        int split = Add(new Instruction { Op = Op.Split });
        Add(new Instruction { Op = Op.Mark, A = register });
        Emit(repeat.Body);
        int exit = Add(new Instruction { Op = Op.ExitIfUnmoved, A = register });
        Add(new Instruction { Op = Op.Jump, A = split });
        SetTarget(exit, b: _code.Count);
        SetBranches(split, repeat.Kind, split + 1, _code.Count);
    }

    private void EmitOptional(PatternNode.Repeat repeat)
    {
        var splits = new List<int>();
        for (int i = repeat.Least; i < repeat.Most; i++)
        {
            splits.Add(Add(new Instruction { Op = Op.Split }));
            Emit(repeat.Body);
        }

        splits.ForEach(split => SetBranches(split, repeat.Kind, split + 1, _code.Count));
    }

    private void SetBranches(int split, RepeatKind kind, int body, int end)
        => SetTarget(split, a: kind == RepeatKind.Lazy ? end : body, b: kind == RepeatKind.Lazy ? body : end);

    /// <summary>At each place of the sequence: one character that folds to the next, or one that folds to several of them.</summary>
    private void EmitFolded(int[] sequence)
    {
        var starts = new int[sequence.Length + 1];
        var jumps = new List<(int At, int Place)>();
        for (int place = 0; place < sequence.Length; place++)
        {
            starts[place] = _code.Count;
            foreach (IGrouping<int, int> group in CaseFolding.LongAt(sequence, place).GroupBy(item => item.Length, item => item.Character).OrderByDescending(group => group.Key))
            {
                int split = Add(new Instruction { Op = Op.Split });
                Add(new Instruction { Op = Op.Set, Set = CharacterSet.Of(group) });
                jumps.Add((Add(new Instruction { Op = Op.Jump }), place + group.Key));
                SetTarget(split, a: split + 1, b: _code.Count);
            }

            Add(new Instruction { Op = Op.Set, Set = CharacterSet.Of(CaseFolding.Unfold(sequence[place]).ToArray()) });
        }

        starts[^1] = _code.Count;
        jumps.ForEach(jump => SetTarget(jump.At, a: starts[jump.Place]));
    }
}
