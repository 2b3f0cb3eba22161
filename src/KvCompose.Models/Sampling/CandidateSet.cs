namespace KvCompose.Models.Sampling;

/// <summary>
/// The tokens that may still be drawn, each one number: its score in the upper half, turned so that the best is smallest, and its
/// id in the lower half. Equal scores are ordered by id, so the order never depends on how it was found.
/// </summary>
internal sealed class CandidateSet(int vocabularySize)
{
    private readonly ulong[] _keys = new ulong[vocabularySize];
    private readonly double[] _weights = new double[vocabularySize];
    private int _sorted;

    public int Count { get; private set; }

    public int Id(int index) => (int)(uint)_keys[index];

    /// <summary>Takes all scores above minus infinity.</summary>
    public void Load(ReadOnlySpan<float> scores)
    {
        int count = 0;
        for (int id = 0; id < scores.Length; id++)
        {
            if (scores[id] > float.NegativeInfinity)
            {
                _keys[count++] = Key(scores[id], id);
            }
        }

        Count = count;
        _sorted = 0;
    }

    /// <summary>Keeps the best <paramref name="count"/> tokens and those that equal the last of them.</summary>
    public void KeepBest(int count)
    {
        if (count >= Count)
        {
            return;
        }

        Sort(count);
        float last = Score(count - 1);
        int end = count;
        for (int i = count; i < Count; i++)
        {
            if (Score(i) == last)
            {
                (_keys[end], _keys[i]) = (_keys[i], _keys[end]);
                end++;
            }
        }

        _keys.AsSpan(count, end - count).Sort();
        Count = end;
        _sorted = end;
    }

    /// <summary>Keeps the best tokens until their probabilities reach a sum; at least one.</summary>
    public void KeepMass(double mass, double temperature)
    {
        double best = Best(temperature, out double total);
        double wanted = mass * total, sum = 0;
        Sort(1); // A sum of 0 still keeps the best token.
        int end = 0;
        const int firstPart = 256;
        for (int part = firstPart; end < Count && sum < wanted; part *= 4)
        {
            Sort(Math.Min(part, Count));
            for (; end < _sorted && sum < wanted; end++)
            {
                sum += Math.Exp((Score(end) - best) / temperature);
            }
        }

        Count = Math.Max(end, 1);
        _sorted = Math.Min(_sorted, Count);
    }

    /// <summary>Keeps tokens with at least a part of the best token's probability.</summary>
    public void KeepNearBest(double part, double temperature)
    {
        double best = Best(temperature, out _), least = best + temperature * Math.Log(part);
        int end = 0;
        for (int i = 0; i < Count; i++)
        {
            if (Score(i) >= least || Score(i) == best)
            {
                (_keys[end], _keys[i]) = (_keys[i], _keys[end]);
                end++;
            }
        }

        Count = end;
        _sorted = Math.Min(_sorted, end);
    }

    /// <summary>
    /// Keeps the tokens whose surprise is nearest to the entropy until their probabilities reach a sum, and those that are as near
    /// as the last of them. The best token stays. Source: Meister et al. 2022.
    /// </summary>
    public void KeepTypical(double mass, double temperature)
    {
        Sort(Count);
        double best = Best(temperature, out double total), logTotal = Math.Log(total), entropy = 0;
        for (int i = 0; i < Count; i++)
        {
            double log = (Score(i) - best) / temperature - logTotal;
            entropy -= Math.Exp(log) * log;
        }

        for (int i = 0; i < Count; i++)
        {
            _weights[i] = Math.Abs((best - Score(i)) / temperature + logTotal - entropy);
        }

        ulong first = _keys[0];
        _weights.AsSpan(0, Count).Sort(_keys.AsSpan(0, Count));
        double sum = 0;
        int last = 0;
        for (; last < Count - 1; last++)
        {
            sum += Math.Exp((Score(last) - best) / temperature - logTotal);
            if (sum >= mass)
            {
                break;
            }
        }

        int end = last + 1;
        while (end < Count && _weights[end] == _weights[last])
        {
            end++;
        }

        if (!_keys.AsSpan(0, end).Contains(first))
        {
            _keys[end++] = first;
        }

        Count = end;
        _sorted = 0;
        Sort(Count);
    }

    /// <summary>Draws a token.</summary>
    /// <param name="random">From 0 to below 1.</param>
    /// <param name="temperature">Divides the scores; above 0.</param>
    public int Draw(double random, double temperature)
    {
        double best = Best(temperature, out double total);
        double wanted = random * total, sum = 0;
        int chosen = 0;
        for (int i = 0; i < Count; i++)
        {
            double weight = Math.Exp((Score(i) - best) / temperature);
            if (weight == 0)
            {
                continue;
            }

            chosen = i;
            sum += weight;
            if (sum > wanted)
            {
                break;
            }
        }

        return Id(chosen);
    }

    /// <summary>Brings the best tokens to the front, in order.</summary>
    public void Sort(int count)
    {
        if (count <= _sorted)
        {
            return;
        }

        if (count < Count)
        {
            Select(_keys.AsSpan(_sorted, Count - _sorted), count - _sorted);
        }

        _keys.AsSpan(_sorted, count - _sorted).Sort();
        _sorted = count;
    }

    /// <summary>Moves the smallest keys to the front, in any order: quickselect with a median of three.</summary>
    private static void Select(Span<ulong> keys, int count)
    {
        while (keys.Length > 1 && count > 0 && count < keys.Length)
        {
            ulong a = keys[0], b = keys[keys.Length / 2], c = keys[^1];
            ulong pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
            int left = 0, right = keys.Length - 1;
            while (left <= right)
            {
                while (keys[left] < pivot)
                {
                    left++;
                }

                while (keys[right] > pivot)
                {
                    right--;
                }

                if (left <= right)
                {
                    (keys[left], keys[right]) = (keys[right], keys[left]);
                    left++;
                    right--;
                }
            }

            if (count <= right + 1)
            {
                keys = keys[..(right + 1)];
            }
            else
            {
                keys = keys[left..];
                count -= left;
            }
        }
    }

    /// <summary>The best score, and the sum of all weights relative to it.</summary>
    private double Best(double temperature, out double total)
    {
        double best = double.NegativeInfinity;
        if (_sorted > 0)
        {
            best = Score(0);
        }
        else
        {
            for (int i = 0; i < Count; i++)
            {
                best = Math.Max(best, Score(i));
            }
        }

        total = 0;
        for (int i = 0; i < Count; i++)
        {
            total += Math.Exp((Score(i) - best) / temperature);
        }

        return best;
    }

    private float Score(int index)
    {
        uint turned = ~(uint)(_keys[index] >> 32);
        return BitConverter.UInt32BitsToSingle((turned & 0x8000_0000) != 0 ? turned & 0x7FFF_FFFF : ~turned);
    }

    private static ulong Key(float score, int id)
    {
        uint bits = BitConverter.SingleToUInt32Bits(score == 0 ? 0 : score); // 0 and -0 are equal.
        uint ordered = (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
        return ((ulong)~ordered << 32) | (uint)id;
    }
}
