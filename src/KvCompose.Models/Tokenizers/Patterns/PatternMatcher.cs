using System.Numerics;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Patterns;

/// <summary>Runs a program over a text by backtracking, on a stack of its own. Steps are counted, so that no pattern runs for ever.</summary>
internal ref struct PatternMatcher
{
    private const long StepsPerMatch = 10_000_000;
    private const int StepsPerCharacter = 64;
    private const int MaxStack = 1 << 24;

    private readonly PatternProgram _program;
    private readonly ReadOnlySpan<char> _text;
    private readonly CancellationToken _cancellation;
    private readonly int[] _registers;
    private Choice[] _stack = new Choice[64];
    private int _count;
    private int _searchStart;
    private long _steps;
    private long _limit;

    public PatternMatcher(PatternProgram program, ReadOnlySpan<char> text, CancellationToken cancellation)
    {
        _program = program;
        _text = text;
        _cancellation = cancellation;
        _registers = new int[program.Registers];
    }

    /// <summary>Finds the first match that begins at a place or later.</summary>
    public bool Search(int from, out int start, out int end)
    {
        _searchStart = from;
        for (start = from; start <= _text.Length; start += start < _text.Length ? CodePoints.Length(_text, start) : 1)
        {
            if (_program.First is { } first && (start == _text.Length || !first.Contains(CodePoints.At(_text, start))))
            {
                continue;
            }

            if ((start & 0xFFF) == 0)
            {
                _cancellation.ThrowIfCancellationRequested();
            }

            _registers.AsSpan().Fill(-1);
            _steps = 0;
            _limit = StepsPerMatch + (long)StepsPerCharacter * (_text.Length - start);
            end = Run(0, start, exactEnd: -1);
            if (end >= 0)
            {
                return true;
            }
        }

        end = -1;
        return false;
    }

    /// <summary>Runs to an End and gives the position there, or −1. Choices made on the way are forgotten.</summary>
    private int Run(int pc, int at, int exactEnd)
    {
        int bottom = _count;
        ReadOnlySpan<Instruction> code = _program.Code;
        while (true)
        {
            if ((++_steps & 0xFFFF) == 0)
            {
                _cancellation.ThrowIfCancellationRequested();
                if (_steps > _limit)
                {
                    throw new PatternException("takes too many steps on this text");
                }
            }

            ref readonly Instruction step = ref code[pc];
            bool matched = true;
            switch (step.Op)
            {
                case Op.Set:
                    matched = at < _text.Length && step.Set!.Contains(CodePoints.At(_text, at));
                    at += matched ? CodePoints.Length(_text, at) : 0;
                    pc++;
                    break;
                case Op.SetLoop:
                    matched = Loop(step, ref at, pc + 1);
                    pc++;
                    break;
                case Op.Split:
                    Push(new Choice(step.B, at, ChoiceKind.Branch, 0));
                    pc = step.A;
                    break;
                case Op.Dispatch:
                    matched = Dispatch(step.Dispatch!, ref pc, at, Mask(step.Dispatch!, at));
                    break;
                case Op.Jump:
                    pc = step.A;
                    break;
                case Op.Mark:
                    Push(new Choice(step.A, _registers[step.A], ChoiceKind.Register, 0));
                    _registers[step.A] = at;
                    pc++;
                    break;
                case Op.ExitIfUnmoved:
                    pc = _registers[step.A] == at ? step.B : pc + 1;
                    break;
                case Op.Ahead:
                    matched = Part(pc + 1, at, -1) >= 0 != (step.B != 0);
                    pc = step.A;
                    break;
                case Op.Behind:
                    matched = Behind(pc + 1, at, step.C, step.D) != (step.B != 0);
                    pc = step.A;
                    break;
                case Op.Atomic:
                    int end = Part(pc + 1, at, -1);
                    matched = end >= 0;
                    at = end;
                    pc = step.A;
                    break;
                case Op.End:
                    if (exactEnd < 0 || at == exactEnd)
                    {
                        ForgetChoices(bottom);
                        return at;
                    }

                    matched = false;
                    break;
                case Op.Anchor:
                    matched = Anchor((AnchorKind)step.A, at);
                    pc++;
                    break;
                case Op.BackReference:
                    matched = BackReference(step, ref at);
                    pc++;
                    break;
            }

            if (!matched && !Backtrack(bottom, ref pc, ref at))
            {
                return -1;
            }
        }
    }

    private int Part(int pc, int at, int exactEnd) => Run(pc, at, exactEnd);

    private bool Behind(int pc, int at, int least, int most)
    {
        int start = at;
        for (int length = 0; ; length++)
        {
            if (length >= least && Part(pc, start, at) >= 0)
            {
                return true;
            }

            if (start == 0 || length == most)
            {
                return false;
            }

            start -= CodePoints.LengthBefore(_text, start);
        }
    }

    /// <summary>Old register values stay on the stack for whoever fails later; places to try again do not.</summary>
    private void ForgetChoices(int bottom)
    {
        int kept = bottom;
        for (int i = bottom; i < _count && bottom > 0; i++)
        {
            if (_stack[i].Kind == ChoiceKind.Register)
            {
                _stack[kept++] = _stack[i];
            }
        }

        _count = kept;
    }

    private bool Backtrack(int bottom, ref int pc, ref int at)
    {
        while (_count > bottom)
        {
            ref Choice choice = ref _stack[_count - 1];
            switch (choice.Kind)
            {
                case ChoiceKind.Register:
                    _registers[choice.Pc] = choice.At;
                    _count--;
                    continue;
                case ChoiceKind.Shorter:
                    choice.At -= CodePoints.LengthBefore(_text, choice.At);
                    (pc, at) = (choice.Pc, choice.At);
                    _count -= choice.At <= (int)choice.Extra ? 1 : 0;
                    return true;
                case ChoiceKind.Longer:
                    if (Longer(ref choice))
                    {
                        (pc, at) = (choice.Pc, choice.At);
                        return true;
                    }

                    _count--;
                    continue;
                case ChoiceKind.Dispatch:
                    _count--;
                    pc = choice.Pc;
                    at = choice.At;
                    return Dispatch(_program.Code[pc].Dispatch!, ref pc, at, choice.Extra);
                default:
                    _count--;
                    (pc, at) = (choice.Pc, choice.At);
                    return true;
            }
        }

        return false;
    }

    private readonly ulong Mask(DispatchTable table, int at)
    {
        if (at == _text.Length)
        {
            return table.AtEnd;
        }

        char c = _text[at];
        if (c < 128)
        {
            return table.Ascii[c];
        }

        ulong mask = table.Other, possible = 0;
        int codePoint = CodePoints.At(_text, at);
        while (mask != 0)
        {
            int branch = BitOperations.TrailingZeroCount(mask);
            mask &= mask - 1;
            possible |= table.FirstSets[branch] is not { } set || set.Contains(codePoint) ? 1UL << branch : 0;
        }

        return possible;
    }

    private bool Dispatch(DispatchTable table, ref int pc, int at, ulong mask)
    {
        if (mask == 0)
        {
            return false;
        }

        int branch = BitOperations.TrailingZeroCount(mask);
        mask &= mask - 1;
        if (mask != 0)
        {
            Push(new Choice(pc, at, ChoiceKind.Dispatch, mask));
        }

        pc = table.Targets[branch];
        return true;
    }

    private bool Loop(in Instruction step, ref int at, int next)
    {
        var kind = (RepeatKind)step.C;
        int count = 0, most = kind == RepeatKind.Lazy ? step.A : step.B < 0 ? int.MaxValue : step.B, least = at, position = at;
        CharacterSet set = step.Set!;
        while (count < most && position < _text.Length && set.Contains(CodePoints.At(_text, position)))
        {
            position += CodePoints.Length(_text, position);
            count++;
            least = count == step.A ? position : least;
        }

        if (count < step.A)
        {
            return false;
        }

        at = position;
        _steps += count >> 3;
        if (kind == RepeatKind.Greedy && position > least)
        {
            Push(new Choice(next, position, ChoiceKind.Shorter, (ulong)least));
        }
        else if (kind == RepeatKind.Lazy && (step.B < 0 || step.B > step.A))
        {
            Push(new Choice(next, position, ChoiceKind.Longer, step.B < 0 ? ulong.MaxValue : (ulong)(step.B - step.A)));
        }

        return true;
    }

    /// <summary>One character more for a lazy loop, whose instruction stands before the one that follows it.</summary>
    private readonly bool Longer(ref Choice choice)
    {
        if (choice.Extra == 0 || choice.At == _text.Length || !_program.Code[choice.Pc - 1].Set!.Contains(CodePoints.At(_text, choice.At)))
        {
            return false;
        }

        choice.At += CodePoints.Length(_text, choice.At);
        choice.Extra -= choice.Extra == ulong.MaxValue ? 0UL : 1UL;
        return true;
    }

    private readonly bool Anchor(AnchorKind kind, int at) => kind switch
    {
        AnchorKind.LineStart => at == 0 || (at < _text.Length && _text[at - 1] == '\n'),
        AnchorKind.LineEnd => at == _text.Length || _text[at] == '\n',
        AnchorKind.TextStart => at == 0,
        AnchorKind.TextEnd => at == _text.Length,
        AnchorKind.TextEndBeforeNewline => at == _text.Length || (at == _text.Length - 1 && _text[at] == '\n'),
        AnchorKind.SearchStart => at == _searchStart,
        AnchorKind.WordBoundary => IsBoundary(at),
        _ => !IsBoundary(at),
    };

    private readonly bool IsBoundary(int at)
    {
        bool before = at > 0 && PropertyNames.WordAlone.Contains(CodePoints.Before(_text, at));
        bool after = at < _text.Length && PropertyNames.WordAlone.Contains(CodePoints.At(_text, at));
        return before != after;
    }

    private readonly bool BackReference(in Instruction step, ref int at)
    {
        foreach (int group in step.Table!)
        {
            int start = _registers[2 * group], end = _registers[2 * group + 1];
            if (start < 0 || end < start)
            {
                continue;
            }

            ReadOnlySpan<char> wanted = _text[start..end], rest = _text[at..];
            if (step.A == 0 ? rest.StartsWith(wanted) : FoldedEquals(wanted, rest))
            {
                at += end - start;
                return true;
            }
        }

        return false;
    }

    private static bool FoldedEquals(ReadOnlySpan<char> wanted, ReadOnlySpan<char> rest)
    {
        if (rest.Length < wanted.Length)
        {
            return false;
        }

        Span<int> one = stackalloc int[1], two = stackalloc int[1];
        for (int i = 0; i < wanted.Length; i += CodePoints.Length(wanted, i))
        {
            if (!CaseFolding.Fold(CodePoints.At(wanted, i), one).SequenceEqual(CaseFolding.Fold(CodePoints.At(rest, i), two)))
            {
                return false;
            }
        }

        return true;
    }

    private void Push(Choice choice)
    {
        if (_count == _stack.Length)
        {
            if (_count >= MaxStack)
            {
                throw new PatternException("keeps too many choices on this text");
            }

            Array.Resize(ref _stack, 2 * _count);
        }

        _stack[_count++] = choice;
    }

    private enum ChoiceKind
    {
        Branch,
        Dispatch,
        Shorter,
        Longer,
        Register,
    }

    private struct Choice(int pc, int at, ChoiceKind kind, ulong extra)
    {
        public int Pc = pc;
        public int At = at;
        public ChoiceKind Kind = kind;
        public ulong Extra = extra;
    }
}
