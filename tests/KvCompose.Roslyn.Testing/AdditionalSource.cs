using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace KvCompose.Roslyn.Testing;

/// <summary>An additional file that exists in memory alone.</summary>
/// <param name="path">Where the compiler thinks it is.</param>
/// <param name="text">What it holds.</param>
public sealed class AdditionalSource(string path, string text) : AdditionalText
{
    private readonly SourceText _text = SourceText.From(text, Encoding.UTF8);

    /// <inheritdoc/>
    public override string Path => path;

    /// <inheritdoc/>
    public override SourceText GetText(CancellationToken cancellationToken = default) => _text;
}
