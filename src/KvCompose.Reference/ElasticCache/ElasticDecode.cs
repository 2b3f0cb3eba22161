namespace KvCompose.Reference.ElasticCache;

/// <summary>Decoding of one layer: whenever more than the share of all seen rows is cached, the row at a fixed slot goes.</summary>
/// <param name="settings">The settings.</param>
/// <param name="kept">Rows kept of the prompt.</param>
/// <param name="prompt">n.</param>
public sealed class ElasticDecode(ElasticSettings settings, int[] kept, int prompt)
{
    private readonly List<int> _rows = [.. kept];
    private int _steps;

    /// <summary>Positions cached, in the order of the cache.</summary>
    public int[] Rows => [.. _rows];

    /// <summary>One step; returns the position that goes, or null.</summary>
    public int? Step()
    {
        _rows.Add(prompt + _steps++);
        if ((int)(_rows.Count - (prompt + _steps) * (1 - settings.Ratio)) <= 0)
        {
            return null;
        }

        int slot = settings.Slot(prompt), gone = _rows[slot];
        _rows.RemoveAt(slot);
        return gone;
    }
}
