using System.Globalization;

namespace KvCompose.Conformance.Kinds.Checkpoints;

/// <summary>Figures of our results over all cases of a file, beside those that llama.cpp reached on the same model and that the file states.</summary>
public sealed class PeerFigures
{
    private readonly List<Figure> _figures = [];

    /// <summary>A figure of which the largest over the cases counts.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="own">Ours in this case.</param>
    /// <param name="peer">llama.cpp's in this case.</param>
    public void Largest(string name, double own, double peer)
    {
        Figure figure = Of(name);
        (figure.Own, figure.Peer) = (Math.Max(figure.Own, own), Math.Max(figure.Peer, peer));
    }

    /// <summary>A figure that is summed over the cases.</summary>
    /// <inheritdoc cref="Largest"/>
    public void Sum(string name, double own, double peer)
    {
        Figure figure = Of(name);
        (figure.Own, figure.Peer) = (figure.Own + own, figure.Peer + peer);
    }

    /// <summary>A line for each figure.</summary>
    public IReadOnlyList<string> Lines
        => [.. _figures.Select(static figure => string.Create(CultureInfo.InvariantCulture, $"{figure.Name}: {figure.Own:G3}; llama.cpp: {figure.Peer:G3}"))];

    private Figure Of(string name)
    {
        Figure? figure = _figures.Find(other => other.Name == name);
        if (figure is null)
        {
            figure = new Figure(name);
            _figures.Add(figure);
        }

        return figure;
    }

    private sealed class Figure(string name)
    {
        public string Name => name;

        public double Own { get; set; }

        public double Peer { get; set; }
    }
}
