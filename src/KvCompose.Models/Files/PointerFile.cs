namespace KvCompose.Models.Files;

/// <summary>The small text file that git leaves where Git LFS did not fetch the content.</summary>
internal static unsafe class PointerFile
{
    private static ReadOnlySpan<byte> FirstLine => "version https://git-lfs.github.com/spec/"u8;

    /// <exception cref="CheckpointFormatException">The file is a pointer.</exception>
    public static void Reject(MappedFile file)
    {
        if (file.Length >= FirstLine.Length && new ReadOnlySpan<byte>(file.Start, FirstLine.Length).SequenceEqual(FirstLine))
        {
            throw new CheckpointFormatException(
                file.Path, $"is a Git LFS pointer of {file.Length} bytes, not the content. Run 'git lfs pull' in its repository");
        }
    }
}
