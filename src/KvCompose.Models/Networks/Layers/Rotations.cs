namespace KvCompose.Models.Networks.Layers;

/// <summary>The rotary tables of a network: one for every kind of rotation and every range of lengths that shares frequencies.</summary>
internal sealed class Rotations(int context) : IDisposable
{
    private readonly Dictionary<(RotationDescription Rotation, int Regime), RotaryTable> _tables = [];

    /// <summary>The table for a sequence of a length.</summary>
    public RotaryTable For(RotationDescription rotation, int length)
    {
        int regime = rotation.Scaling.Regime(length);
        if (_tables.TryGetValue((rotation, regime), out RotaryTable? table))
        {
            return table;
        }

        // Frequencies that change with every length are not worth a table: they are used once.
        bool everyLength = rotation.Scaling is RopeScaling.Dynamic && regime > 0;
        if (everyLength)
        {
            foreach ((RotationDescription Rotation, int Regime) old in _tables.Keys.Where(key => key.Rotation == rotation && key.Regime > 0).ToArray())
            {
                _tables.Remove(old);
            }
        }

        double[] frequencies = rotation.Scaling.Frequencies(rotation.Theta, rotation.Width, length);
        table = new RotaryTable(frequencies, rotation.Scaling.Magnitude, everyLength ? 0 : context);
        _tables.Add((rotation, regime), table);
        return table;
    }

    public void Dispose()
    {
        foreach (RotaryTable table in _tables.Values)
        {
            table.Dispose();
        }
    }
}
