using KvCompose.Files;

namespace KvCompose.Residency.HeteroCache;

/// <summary>
/// W looks at a pivot: o_t = |C_t ∩ R| / K of each step; drift is a median below the threshold. Source: "HeteroCache", arXiv 2601.13684. Quotients are
/// float32 and their median is float64, as published, which decides ties with the threshold; K = 0 gives NaN, which is below nothing.
/// Once more than half of the looks are on one side of the threshold, the median is as well: the other looks are left out, but for the
/// last one of a drift, whose tokens are fetched.
/// </summary>
internal sealed class DriftWindow(int steps, double threshold)
{
    private readonly double[] _sorted = new double[steps];
    private int _step;
    private int _looks;
    private int _below;

    /// <summary>Whether the next step is looked at; otherwise it is left out.</summary>
    public bool SamplesNextStep => IsDrift ? _step == steps - 1 : !IsCalm;

    private int Majority => (steps / 2) + 1;

    private bool IsDrift => _below >= Majority;

    private bool IsCalm => _looks - _below >= Majority;

    /// <summary>Writes the window as it stands.</summary>
    public void Save(SectionWriter writer)
    {
        writer.WriteSection<int>("DRIF", [_step, _looks, _below]);
        writer.WriteSection<double>("LOOK", _sorted.AsSpan(0, _looks));
    }

    /// <summary>Takes up a window that was saved.</summary>
    public void Resume(SectionReader reader, string place)
    {
        Span<int> numbers = stackalloc int[3];
        reader.ReadSection("DRIF", place, numbers);
        (_step, _looks, _below) = (numbers[0], numbers[1], numbers[2]);
        if ((uint)_step >= (uint)steps || (uint)_looks > (uint)_step || (uint)_below > (uint)_looks)
        {
            throw reader.Wrong($"{place} has looked {_looks} times in {_step} steps");
        }

        reader.ReadSection("LOOK", place, _sorted.AsSpan(0, _looks));
    }

    /// <summary>Leaves a step out.</summary>
    public void Skip() => Advance();

    /// <summary>Takes one look.</summary>
    /// <param name="common">|C_t ∩ R|.</param>
    /// <param name="size">K.</param>
    /// <returns>Whether this was the last step of a window that drifted.</returns>
    public bool Add(int common, int size)
    {
        double overlap = (float)common / size;
        _below += overlap < threshold ? 1 : 0;
        int place = _looks++;
        for (; place > 0 && _sorted[place - 1] > overlap; place--)
        {
            _sorted[place] = _sorted[place - 1];
        }

        _sorted[place] = overlap;
        bool drifted = _step == steps - 1 && (IsDrift || (!IsCalm && MiddleMean() < threshold));
        Advance();
        return drifted;
    }

    /// <summary>Of a window of even length whose looks are half on each side: all were taken.</summary>
    private double MiddleMean() => (_sorted[(steps / 2) - 1] + _sorted[steps / 2]) / 2;

    private void Advance()
    {
        if (++_step == steps)
        {
            (_step, _looks, _below) = (0, 0, 0);
        }
    }
}
