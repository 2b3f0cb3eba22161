using System.ComponentModel;

namespace KvCompose;

/// <summary>
/// A file that appears whole or not at all: it is written beside its place and moved there by <see cref="Commit"/>. Opening one
/// shows at once whether the place can be written to. What was there before stays until then, and for good without a commit.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class AtomicFile : IDisposable
{
    private readonly string _path;
    private readonly string _written;
    private bool _committed;

    private AtomicFile(string path, string written, FileStream stream)
        => (_path, _written, Stream) = (path, written, stream);

    /// <summary>What the content is written to.</summary>
    public FileStream Stream { get; }

    /// <summary>Begins a file.</summary>
    /// <param name="path">Its place.</param>
    /// <exception cref="IOException">The place cannot be written to; the message names it.</exception>
    public static AtomicFile Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            // A move would replace a device or a pipe by a plain file.
            string full = Path.GetFullPath(path);
            if (Directory.Exists(full) || full.StartsWith("/dev/", StringComparison.Ordinal) || full.StartsWith("/proc/", StringComparison.Ordinal))
            {
                throw new IOException("it is no place for a plain file");
            }

            string written = $"{full}.{Guid.NewGuid():N}.tmp";
            return new AtomicFile(full, written, new FileStream(written, FileMode.CreateNew, FileAccess.Write));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new IOException($"'{path}' cannot be written: {error.Message}", error);
        }
    }

    /// <summary>Closes the file and moves it to its place.</summary>
    /// <exception cref="IOException">It cannot be moved.</exception>
    public void Commit()
    {
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        File.Move(_written, _path, overwrite: true);
        _committed = true;
    }

    /// <summary>Closes the file and, unless it was committed, deletes what was written.</summary>
    public void Dispose()
    {
        Stream.Dispose();
        if (!_committed)
        {
            File.Delete(_written);
        }
    }
}
