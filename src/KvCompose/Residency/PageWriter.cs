using System.ComponentModel;

namespace KvCompose.Residency;

/// <summary>Writes and reads tokens of resident pages in the pipeline's storage.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class PageWriter
{
    /// <summary>The host page format with the same bytes; null where there is none.</summary>
    public abstract HostPageFormat? HostFormat { get; }

    /// <summary>Puts a token into a place of a page.</summary>
    /// <param name="page">Address of the page.</param>
    /// <param name="place">Place in the page.</param>
    /// <param name="key">The rotated key, d elements.</param>
    /// <param name="keyStride">Floats from one element of the key to the next: 1 for a row, 16 for a column of a tile.</param>
    /// <param name="value">The value, [d].</param>
    /// <param name="position">The token's position.</param>
    public abstract void Write(byte* page, int place, float* key, int keyStride, float* value, int position);

    /// <summary>Takes a token out of a place of a page, as attention sees it.</summary>
    /// <param name="page">Address of the page.</param>
    /// <param name="place">Place in the page.</param>
    /// <param name="key">Receives the key, [d].</param>
    /// <param name="value">Receives the value, [d].</param>
    /// <returns>The token's position.</returns>
    public abstract int Read(byte* page, int place, float* key, float* value);
}
