namespace KvCompose.Reference.IceCache;

/// <summary>
/// The keys of one (layer, key-value head) lifted to d + 1 dimensions, k' = (k, √(M − |k|²)) with M = max |k|², so that
/// the nearest k' to q' = (q/|q|, 0) is the key with the largest q·k (IceCache, key transform). Grows by
/// <see cref="Append"/>; a key above M raises M for all.
/// </summary>
public sealed class AugmentedKeys
{
    private readonly double[] _projection;
    private double[] _keys;
    private double[] _squaredNorms;
    private double[] _lifts;
    private double _liftedTo = double.NaN;
    private readonly double _reserve = 1;

    /// <summary>Lifts keys that are known from the start.</summary>
    /// <param name="keys">[tokens, headDim], rotated.</param>
    /// <param name="headDim">d.</param>
    /// <param name="projection">[headDim + 1], the unit direction that orders the members of a cell; empty where none is asked for.</param>
    /// <param name="reserve">M is this times the largest squared norm when it is set or has to grow; at least 1.</param>
    /// <exception cref="ArgumentException">A length does not fit, or a key is not finite (its token is named).</exception>
    public AugmentedKeys(ReadOnlySpan<float> keys, int headDim, ReadOnlySpan<float> projection = default, double reserve = 1)
        : this(Widen(keys), headDim, projection, reserve)
    {
    }

    /// <inheritdoc cref="AugmentedKeys(ReadOnlySpan{float}, int, ReadOnlySpan{float}, double)"/>
    public AugmentedKeys(ReadOnlySpan<double> keys, int headDim, ReadOnlySpan<float> projection = default, double reserve = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(headDim, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(reserve, 1);
        if (keys.Length % headDim != 0 || (!projection.IsEmpty && projection.Length != headDim + 1))
        {
            throw new ArgumentException(
                $"{keys.Length} key and {projection.Length} projection elements do not fit headDim {headDim}", nameof(keys));
        }

        HeadDim = headDim;
        _projection = projection.IsEmpty ? new double[headDim + 1] : Widen(projection);
        _keys = new double[keys.Length];
        _squaredNorms = new double[keys.Length / headDim];
        _lifts = new double[_squaredNorms.Length];
        for (int token = 0; token < _squaredNorms.Length; token++)
        {
            Add(keys.Slice(token * headDim, headDim));
        }

        _reserve = reserve;
        Bound *= reserve;
    }

    /// <summary>d.</summary>
    public int HeadDim { get; }

    /// <summary>Tokens held.</summary>
    public int Count { get; private set; }

    /// <summary>M, no less than any squared norm.</summary>
    public double Bound { get; private set; }

    /// <summary>The key of a token, [headDim].</summary>
    public ReadOnlySpan<double> Key(int token) => _keys.AsSpan(token * HeadDim, HeadDim);

    /// <summary>The last component of a lifted key, √(M − |k|²); clamped, for M and |k|² may come from different sums.</summary>
    public double Lift(int token)
    {
        if (_liftedTo != Bound)
        {
            for (int i = 0; i < Count; i++)
            {
                _lifts[i] = LiftOf(i);
            }

            _liftedTo = Bound;
        }

        return _lifts[token];
    }

    /// <summary>The lifted key of a token, [headDim + 1].</summary>
    public double[] Lifted(int token) => [.. Key(token), Lift(token)];

    /// <summary>The keys of some tokens as they came, [tokens, headDim].</summary>
    public float[] Gather(IReadOnlyList<int> tokens)
    {
        var gathered = new float[tokens.Count * HeadDim];
        for (int i = 0; i < gathered.Length; i++)
        {
            gathered[i] = (float)_keys[tokens[i / HeadDim] * HeadDim + i % HeadDim];
        }

        return gathered;
    }

    /// <summary>Mean of the lifted keys of some tokens, [headDim + 1].</summary>
    public double[] Mean(IReadOnlyList<int> tokens)
    {
        var mean = new double[HeadDim + 1];
        foreach (int token in tokens)
        {
            ReadOnlySpan<double> key = Key(token);
            for (int i = 0; i < HeadDim; i++)
            {
                mean[i] += key[i];
            }

            mean[HeadDim] += Lift(token);
        }

        for (int i = 0; i <= HeadDim; i++)
        {
            mean[i] /= tokens.Count;
        }

        return mean;
    }

    /// <summary>Half the squared distance of two lifted keys: M − a·b − √((M − |a|²)(M − |b|²)).</summary>
    public double HalfSquaredDistance(int a, int b)
        => Bound - InnerProduct.Of(Key(a), Key(b)) - Lift(a) * Lift(b);

    /// <summary>Where the lifted key lies along the projection.</summary>
    public double Project(int token) => InnerProduct.Of(_projection.AsSpan(0, HeadDim), Key(token)) + _projection[HeadDim] * Lift(token);

    /// <summary>Where the lifted query lies along the projection.</summary>
    public double ProjectQuery(ReadOnlySpan<float> query) => InnerProduct.Of(_projection, LiftQuery(query));

    /// <summary>q' = (q/|q|, 0), [headDim + 1]; the zero query stays zero.</summary>
    public static double[] LiftQuery(ReadOnlySpan<float> query)
    {
        double[] wide = Widen(query);
        double norm = Math.Sqrt(InnerProduct.Of(wide, wide));
        return [.. wide.Select(value => norm == 0 ? 0 : value / norm), 0];
    }

    /// <summary>Adds one key [headDim] and returns its token number.</summary>
    /// <exception cref="ArgumentException">The key has another length or is not finite.</exception>
    public int Append(ReadOnlySpan<float> key) => Add(Widen(key));

    private int Add(ReadOnlySpan<double> key)
    {
        if (key.Length != HeadDim)
        {
            throw new ArgumentException($"a key of {key.Length} elements where headDim is {HeadDim}", nameof(key));
        }

        if (Count == _squaredNorms.Length)
        {
            Array.Resize(ref _squaredNorms, Math.Max(16, 2 * Count));
            Array.Resize(ref _lifts, _squaredNorms.Length);
            Array.Resize(ref _keys, _squaredNorms.Length * HeadDim);
        }

        for (int i = 0; i < HeadDim; i++)
        {
            if (!double.IsFinite(key[i]))
            {
                throw new ArgumentException($"the key of token {Count} is {key[i]} at element {i}", nameof(key));
            }

            _keys[Count * HeadDim + i] = key[i];
        }

        _squaredNorms[Count] = InnerProduct.Of(Key(Count), Key(Count));
        Bound = _squaredNorms[Count] > Bound ? _reserve * _squaredNorms[Count] : Bound;
        _lifts[Count] = LiftOf(Count);
        return Count++;
    }

    /// <summary>Single to double precision.</summary>
    internal static double[] Widen(ReadOnlySpan<float> values)
    {
        var wide = new double[values.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = values[i];
        }

        return wide;
    }

    private double LiftOf(int token) => Math.Sqrt(Math.Max(0, Bound - _squaredNorms[token]));
}
