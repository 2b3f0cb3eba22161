namespace KvCompose.Evaluation;

/// <summary>The shape of a sentence: tokens, and slots to be filled.</summary>
public sealed class NeedleTemplate
{
    private readonly (NeedleSlot Slot, int Token)[] _parts;

    internal NeedleTemplate((NeedleSlot Slot, int Token)[] parts, int valueTokens)
    {
        _parts = parts;
        Tokens = parts.Sum(part => part.Slot == NeedleSlot.Value ? valueTokens : 1);
    }

    /// <summary>Tokens of the sentence when its slots are filled.</summary>
    public int Tokens { get; }

    /// <summary>How often a slot occurs.</summary>
    public int Count(NeedleSlot slot) => _parts.Count(part => part.Slot == slot);

    /// <summary>Appends the sentence.</summary>
    /// <param name="target">What it is appended to.</param>
    /// <param name="value">The tokens of the value slot.</param>
    /// <param name="word">The token of any other slot; asked once for every slot, from left to right.</param>
    internal void Write(List<int> target, ReadOnlySpan<int> value, Func<NeedleSlot, int> word)
    {
        foreach ((NeedleSlot slot, int token) in _parts)
        {
            switch (slot)
            {
                case NeedleSlot.Fixed:
                    target.Add(token);
                    break;
                case NeedleSlot.Value:
                    target.AddRange(value);
                    break;
                default:
                    target.Add(word(slot));
                    break;
            }
        }
    }
}
