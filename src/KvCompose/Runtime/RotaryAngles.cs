using System.ComponentModel;

namespace KvCompose.Runtime;

/// <summary>
/// How a layer rotates queries and keys: which elements of a head turn together, and by which angle at which position. Found by turning unit vectors, so
/// that it holds for every kind of rotary positions. For emitted code.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class RotaryAngles
{
    private readonly (int First, int Second)[] _pairs;
    private readonly float[] _cosines;
    private readonly float[] _sines;
    private readonly double[] _futureCosines;
    private readonly double[] _futureSines;

    /// <summary>Asks a model.</summary>
    /// <param name="headDim">Elements of a head.</param>
    /// <param name="turnBack">Turns a head [d] back by a number of positions.</param>
    /// <param name="positions">Positions that are turned back.</param>
    /// <param name="future">The first position of which future rotations are averaged.</param>
    /// <param name="count">How many these are; 0 for none.</param>
    internal RotaryAngles(int headDim, Action<nint, int> turnBack, ReadOnlySpan<int> positions, int future, int count)
    {
        float* head = stackalloc float[headDim];
        _pairs = Pairs(head, headDim, turnBack);
        int half = _pairs.Length;
        (_cosines, _sines) = (new float[(long)positions.Length * half], new float[(long)positions.Length * half]);
        (_futureCosines, _futureSines) = (new double[half], new double[half]);
        for (int row = 0; row < positions.Length; row++)
        {
            Turn(head, headDim, turnBack, positions[row]);
            for (int i = 0; i < half; i++)
            {
                (_cosines[(row * half) + i], _sines[(row * half) + i]) = (head[_pairs[i].First], -head[_pairs[i].Second]);
            }
        }

        for (int ahead = 0; ahead < count; ahead++)
        {
            Turn(head, headDim, turnBack, future + ahead);
            for (int i = 0; i < half; i++)
            {
                _futureCosines[i] += head[_pairs[i].First] / (double)count;
                _futureSines[i] -= head[_pairs[i].Second] / (double)count;
            }
        }
    }

    /// <summary>Turns a head [d] of one of the rows back to position 0.</summary>
    internal void TurnBack(float* head, int row)
    {
        int half = _pairs.Length;
        for (int i = 0; i < half; i++)
        {
            (int first, int second) = _pairs[i];
            float cosine = _cosines[(row * half) + i], sine = _sines[(row * half) + i], x = head[first], y = head[second];
            head[first] = (x * cosine) + (y * sine);
            head[second] = (y * cosine) - (x * sine);
        }
    }

    /// <summary>Turns a vector [d] as the future positions do on average.</summary>
    internal void TurnAhead(Span<double> vector)
    {
        for (int i = 0; i < _pairs.Length; i++)
        {
            (int first, int second) = _pairs[i];
            (double x, double y) = (vector[first], vector[second]);
            vector[first] = (x * _futureCosines[i]) - (y * _futureSines[i]);
            vector[second] = (y * _futureCosines[i]) + (x * _futureSines[i]);
        }
    }

    /// <summary>What a position makes of 1 in the first element of every pair and 0 in the second.</summary>
    private void Turn(float* head, int headDim, Action<nint, int> turnBack, int position)
    {
        new Span<float>(head, headDim).Clear();
        foreach ((int first, _) in _pairs)
        {
            head[first] = 1;
        }

        if (position > 0)
        {
            turnBack((nint)head, position);
        }
    }

    private static (int First, int Second)[] Pairs(float* head, int headDim, Action<nint, int> turnBack)
    {
        var pairs = new List<(int, int)>();
        for (int element = 0; element < headDim; element++)
        {
            new Span<float>(head, headDim).Clear();
            head[element] = 1;
            turnBack((nint)head, 1);

            // Back by an angle: (1, 0) becomes (cos, −sin). Of a pair that is found twice the first element is the one whose partner falls below 0.
            for (int other = 0; other < headDim; other++)
            {
                if (other != element && head[other] < 0)
                {
                    pairs.Add((element, other));
                }
            }
        }

        return [.. pairs];
    }
}
