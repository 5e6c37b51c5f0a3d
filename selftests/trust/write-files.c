// SPDX-License-Identifier: GPL-2.0
/* Writes lists and files for others to verify: write-files DIRECTORY. */
int main(void)
{
	return 0;
}
